"""Trigger: facts that others may be told, and memberships, through a queue; HTTP, `…/deliveries` of a
subscription.

Rule: what a subscription asks for, and its permissions are enough for, waits for it once, without any other
field.
Result: a delivery for each subscription, in no order, kept for two weeks; a subscription is paused whose
maker may not read all of it any more.
"""
