"""Trigger: a manager registers, changes, looks at or replaces a meter over HTTP.

Rule: a replacement closes the old meter with final readings and opens the new one with initial ones.
Result: the meter and its registers, linked to what it replaced; nothing is ever subtracted across the two.
"""
