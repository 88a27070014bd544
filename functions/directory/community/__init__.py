"""Trigger: an operator registers a community over HTTP; its managers read and change it.

Rule: an id is given once, a time zone is one of IANA's, and a change names the version it is based on.
Result: every version is published whole as `community_changed`, so that the last one wins everywhere.
"""
