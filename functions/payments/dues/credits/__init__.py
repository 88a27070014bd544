"""Credits (多退少补): what earlier bills asked for too much, carried to what a home pays next.

Used where something is to be paid: by `bill`, `payment_intent` and `hand_payment`.
"""
