"""Trigger: a manager over HTTP, or `refund_requested` of this service itself, through a queue.

Rule: what is asked back is reserved in the same transaction, so that all refunds never exceed the payment.
Result: a refund that the provider carries out once, by its number, and that is booked when it says so. Where
it never will, a manager ends the stuck refund with a reason and evidence: handed back, or asked anew.
"""
