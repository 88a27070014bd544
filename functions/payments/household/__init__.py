"""Trigger: the directory's `membership_changed`, through a queue.

Rule: the newest version of where a person lives wins, and who has left lives nowhere.
Result: whose bills a resident may see and pay.
"""
