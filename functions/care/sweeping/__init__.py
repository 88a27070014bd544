"""Sweeping: the tasks that the sweep leaves to the workers, and the beat that proves that it runs."""
