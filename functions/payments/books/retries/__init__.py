"""Retries: a row that is to be looked at again is put off before it is, and for longer after each try.

Used by what runs every minute: `sweep` for callbacks, `reconcile` for orders and refunds.
"""
