"""Trigger: who runs a community asks over HTTP for its books.

Rule: entries are never changed and each sums to zero, so that all balances together are zero.
Result: the entries of a local month in the order they were booked, and what they add up to by account.
"""
