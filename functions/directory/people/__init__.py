"""People: what a community knows of a person, their membership, and the offices somebody holds.

Used by all that asks who somebody is and what they may.
"""
