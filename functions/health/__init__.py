"""Temperatures, fevers and what follows from them (健康)."""
