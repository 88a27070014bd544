"""Trigger: the directory's `community_changed`, `membership_changed` and `place_changed`, and devices'
`device_registered` and `device_revoked`, through a queue.

Rule: the newest version of a community's policies and time zone, of a person's roles and homes, of what a
place is called, and of what a device is, wins.
Result: this service's own copy, by which it decides and whom it calls; where what is allowed has changed, a
task that judges everybody anew; of somebody watched over who has moved out, or to another home, a duty for
staff.
"""
