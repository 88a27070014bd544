"""Trigger: facts of other services, through a queue, and what staff say of health and place, over HTTP.

Rule: each changes a holder's standing, a gate or the community's policies once; the newer fact wins.
Result: the next pass is decided by it, on every credential of the person at once.
"""
