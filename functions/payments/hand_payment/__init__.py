"""Trigger: who runs a community over HTTP has taken a payment by hand, in cash or by transfer.

Rule: it is of the amount that its bills ask for, each whole and unpaid, and a transfer is entered once.
Result: bills paid and booked with who took it and its reference, and a receipt, as of a provider's payment.
"""
