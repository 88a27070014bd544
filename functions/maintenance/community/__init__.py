"""Trigger: the directory's facts of communities, members, places, the registry's of devices, through a queue.

Rule: the newest version of a community's policies, a person's roles, a place, a device wins.
Result: this service's copies of them; what somebody who has left had in hand is offered to others.
"""
