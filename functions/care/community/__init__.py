"""Trigger: the directory's `community_changed` and `membership_changed`, through a queue.

Rule: the newest version of a community's policies and time zone, and of a person's roles and home, wins.
Result: this service's own copy, by which it decides and whom it calls; where what is allowed has changed, a
task that judges everybody anew; of somebody watched over who has moved out, or to another home, a duty for
staff.
"""
