"""Subscriptions (订阅): others' systems that are told facts of a community, and what waits for them.

`subscription` makes and changes them, `delivery` takes in facts for them, `sending` hands them over.
"""
