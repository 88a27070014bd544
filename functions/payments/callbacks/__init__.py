"""Callbacks: what providers sent, stored with its verdict before it is answered, then settled.

Taken by `payment_callback`, settled late by `sweep`, shown and replayed by `stored_callback`.
"""
