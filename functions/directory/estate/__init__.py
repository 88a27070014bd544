"""Companies, their communities (小区), and the buildings and units in them.

Used by whatever creates one of them under an id that the caller chose, and by homes.
"""
