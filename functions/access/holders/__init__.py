"""Holders: whoever holds credentials, resident or visitor: their standing and their visits.

Used by what decides a pass or changes what somebody may.
"""
