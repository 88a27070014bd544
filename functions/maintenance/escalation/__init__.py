"""Trigger: who runs a community asks over HTTP what they have to see to.

Rule: a ticket stands in the queue as long as nobody is free for it, or it is late with one of its clocks.
Result: the queue, the most urgent first, page by page, with who has been told.
"""
