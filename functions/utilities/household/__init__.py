"""Trigger: the directory's `membership_changed` through a queue, or a manager over HTTP, tells of a
household (户).

Rule: the newest version of a membership says where a person lives; area and headcount are the manager's to
say.
Result: residents reach the meters of their home, and shared consumption (公摊) is apportioned by area or
headcount.
"""
