"""Intake: what sensors, meters, gates and people tell, whom it is about, and whether anything sees them.

It moves deadlines, raises duties and tells open alerts; nothing but actions uses it.
"""
