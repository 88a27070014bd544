"""Trigger: a schedule of its own, every minute.

Rule: the sweep leaves a beat whenever it has gone through; two minutes without one are too many.
Result: the outcome `sweep_missed`, which an alarm watches, beside the alarms on the invocations of the sweep
and of the watchdog themselves.
"""
