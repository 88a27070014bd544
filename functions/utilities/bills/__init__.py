"""Bills: what a home owes for a month, of its own use and of what is shared, and what corrects them later.

Used by the bill run.
"""
