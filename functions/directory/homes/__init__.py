"""Homes: the units of buildings where members live, and what people call them.

Used by memberships and by what people are told of themselves.
"""
