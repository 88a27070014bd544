"""Trigger: a schedule, every minute.

Rule: a silent order is asked for after two minutes, then less often, and closed when it expires.
Result: payments and refunds are settled without a callback, and unpaid orders are closed on both sides.
"""
