"""Trigger: a schedule, every minute.

Rule: only what has fallen due by the event's time is read, keys alone, and nothing is decided here.
Result: tasks of a few rows each in the queues of `idle_alert` and `escalation`, which work side by side.
"""
