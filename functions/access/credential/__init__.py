"""Trigger: a manager enrols or revokes credentials, a resident shows a code or withdraws consent, over HTTP.

Rule: values are kept as keyed hashes only; a face needs a consent that is kept, and another way in beside it.
Result: a credential that gate passes know at once, with the holder's standing on it.
"""
