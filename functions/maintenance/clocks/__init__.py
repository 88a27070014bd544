"""Trigger: a schedule, every minute.

Rule: only what has fallen due by the event's time is read, however long ago, and each thing happens once.
Result: offers move on, clocks warn and escalate, managers are told what nobody has or is late, tickets close.
"""
