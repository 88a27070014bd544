"""Trigger: the directory's `community_changed`, and devices' `device_registered` and `device_revoked`,
through a queue.

Rule: the newest version of a community's policies and time zone, and of what a device is, wins.
Result: this service's own copy, by which it decides, and a place in the monthly bill run.
"""
