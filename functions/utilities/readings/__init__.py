"""Readings of one register, and which of them count (采信): plain numbers in order of time.

Used by `entries`, and by all that reckons with use.
"""
