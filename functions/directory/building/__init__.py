"""Trigger: a manager enters the buildings of a community and their units over HTTP; its people read them.

Rule: an id is given once within its community or building, and a unit has the area that owners vote by.
Result: buildings and units, page by page.
"""
