"""Trigger: people ask over HTTP for a copy of their data or to be forgotten, managers for who asks on paper.

Rule: one request at a time of a person in a community; the last manager stays.
Result: the membership has ended and every service is asked; that somebody asked, and when, stays.
"""
