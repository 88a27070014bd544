"""Trigger: a manager enters the buildings of a community and their units over HTTP, or says what they are
called; its people read them.

Rule: an id is given once within its community or building and stays, a name may change, and a unit has the
area that owners vote by.
Result: buildings and units, page by page; each change is published as `place_changed` with a version.
"""
