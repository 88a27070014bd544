"""Trigger: a manager gives a person roles in a community over HTTP, or takes them all away.

Rule: roles of a company or a sub-district are not theirs to give, and a home must be a unit of the community.
Result: each change is published as `membership_changed` with a version; who has gone leaves no record behind.
"""
