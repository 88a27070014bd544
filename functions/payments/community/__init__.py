"""Trigger: the directory's `community_changed`, through a queue.

Rule: the newest version of a community's policies wins.
Result: this service's own copy of the policies and time zone, and a place in the daily round of statements.
"""
