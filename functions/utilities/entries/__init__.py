"""Readings go into a register once, with all that follows, in one transaction.

Used by `intake`, and by the actions that decide on readings and fit meters.
"""
