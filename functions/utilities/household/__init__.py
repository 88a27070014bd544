"""Trigger: the directory's `membership_changed` or care's `watch_changed` through a queue, or a manager over
HTTP, tells of a household (户).

Rule: the newest version of a membership says where a person lives, and of a watch whether somebody there is
watched over; area and headcount are the manager's to say.
Result: residents reach the meters of their home, shared consumption (公摊) is apportioned by area or
headcount, and the meters of a home that is watched tell of its use.
"""
