"""Trigger: people ask over HTTP for a copy of their data or to be forgotten, managers for who asks on paper;
what all services are asked and answer, through a queue.

Rule: one request at a time of a person in a community; every service answers for its own rows, and the last
manager stays.
Result: a copy that can be fetched for a week, or nothing but what law keeps, by name; that somebody asked,
and when, stays.
"""
