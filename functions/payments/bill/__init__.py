"""Trigger: `bill_issued` of utilities, through a queue; somebody over HTTP asks what there is to pay.

Rule: a bill is taken in once, whoever else tells of it, and residents see their own home's alone.
Result: a due that can be paid, and the entry that the home owes it.
"""
