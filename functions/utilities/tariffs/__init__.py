"""Tariffs (价格): what consumption costs from a day on.

Used by what bills, and by the action that sets them.
"""
