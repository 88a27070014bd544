"""Trigger: a manager says over HTTP that what an issuer calls somebody is a member of the community.

Rule: an identity is one person's; each community vouches for itself, so that none can open another's.
Result: within five minutes the identity's tokens open what the member's roles here allow, and nothing else.
"""
