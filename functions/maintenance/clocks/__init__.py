"""Trigger: a schedule, every minute.

Rule: only what has fallen due by the event's time is read, however long ago, and each thing happens once.
Result: unanswered offers move on, clocks warn and escalate, and tickets that nobody rates close.
"""
