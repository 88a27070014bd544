"""Trigger: a manager over HTTP, or `refund_requested` of this service itself, through a queue.

Rule: what is asked back is reserved in the same transaction, so that all refunds never exceed the payment.
Result: a refund that the provider carries out once, by its number, booked when it says so; one that is stuck
there is ended by a manager, with a reason and evidence, as handed back or asked anew.
"""
