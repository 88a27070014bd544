"""Trigger: a resident reports something over HTTP, and residents, repairers and managers move the ticket on.

Rule: only commands that state, person and version allow, one at a time; others get 409 with those allowed.
Result: the ticket, its timeline and its photos, a repairer who is offered it at once, and `ticket_changed`.
"""
