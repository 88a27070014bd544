"""Memberships as they stand: how one ends, and what others are told of it.

Used by the membership action, and by whoever forgets a person.
"""
