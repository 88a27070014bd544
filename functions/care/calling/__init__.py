"""Calling: care's alerts (告警), who can be called for a person, and what messages say.

The chain that calls one person after another until somebody answers is `linli.escalation`.
"""
