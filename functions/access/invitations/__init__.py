"""Invitations (访客): who may come to whom, when, where and how often.

Used by who invites, and by what ends with the host's membership.
"""
