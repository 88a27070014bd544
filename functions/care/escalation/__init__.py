"""Trigger: tasks of the sweep, and of whoever made something due at once, through a queue.

Rule: what is still due happens once, each step kept before its messages are sent, and a message that does not
get through gives way to the next channel at once.
Result: calls by push, text and voice, to the next in the chain until somebody answers; duties told of.
"""
