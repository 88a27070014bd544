"""Trigger: a schedule, every minute.

Rule: only devices whose time has come are read; one behind a gateway that is gone is not lost by itself.
Result: a lost device is told of once, and a lost gateway in one notice with all that speak through it.
"""
