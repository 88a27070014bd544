"""Trigger: a manager enrols or revokes a resident's credential, a resident shows a QR code, over HTTP.

Rule: values are kept as keyed hashes only; a face needs a consent reference, and is never the only way in.
Result: a credential that gate passes know at once, with the holder's standing on it.
"""
