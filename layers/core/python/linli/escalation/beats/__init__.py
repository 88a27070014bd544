"""Beats: a sweep proves that it runs, for a watchdog to look at."""
