"""Trigger: a manager gives a person roles in a community over HTTP, or takes them all away.

Rule: roles of a company or a sub-district are not theirs to give, homes must be units of the community, and
homes of which nothing is said stay.
Result: each change is published as `membership_changed` with a version; who has gone leaves no record behind.
"""
