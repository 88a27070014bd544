"""Trigger: a schedule, every minute.

Rule: a callback stored and not settled within a minute is settled from what is stored, or waits longer.
Result: no payment is lost because the store failed between storing a callback and settling it.
"""
