"""Trigger: operations over HTTP look into the inbox, or have a stored callback settled anew.

Rule: a replay goes by what the provider signed and nothing else, and settles an order once.
Result: the callbacks by state, refused ones by day, and the outcome of a replay.
"""
