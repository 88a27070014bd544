"""Trigger: a manager writes down over HTTP how to reach a person; people ask who they are to Linli, and say
what language they want.

Rule: a person has one id everywhere; each community has its own record of them, for its managers and them,
which goes with the membership, or is deleted where there is none; the language is kept with each membership.
Result: the community's address book, and one's own memberships, homes and records.
"""
