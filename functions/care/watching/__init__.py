"""Watching (关爱对象): who is watched over, how they are, and by when a sign of life is expected.

Signals move a person's state, the state has a deadline, the rhythm learns from both. Nothing here opens an
alert, or tells anybody.
"""
