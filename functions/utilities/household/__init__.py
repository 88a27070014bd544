"""Trigger: the directory's `membership_changed` or `place_changed`, or care's `watch_changed`, through a
queue, or a manager over HTTP, tells of a household (户).

Rule: the newest version of a membership says where a person lives, with the day they came and went, of a
place how large it is, and of a watch whether somebody there is watched over; an area and a headcount that the
manager says count before these.
Result: residents reach the meters of their homes, of the days they live there, shared consumption (公摊) is
apportioned by area or headcount, and the meters of a home that is watched tell of its use.
"""
