"""Trigger: the directory's `community_changed`, through a queue.

Rule: the newest version of a community's policies and time zone wins.
Result: this service's own copy, by which it decides.
"""
