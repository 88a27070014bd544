"""Trigger: a manager, or a sub-district's official, issues or revokes a hotline's API key over HTTP.

Rule: a key is tied to one community or one sub-district, and only its keyed hash is kept.
Result: the hotline may use Open311 with it, until it is revoked.
"""
