"""Trigger: a manager registers a device over HTTP with its own signing request, lists, renews or revokes it.

Rule: the private key never leaves the device, an id belongs to one community, a revoked key stays revoked.
Result: a certificate that connects as just this device, told to the others as registered and as revoked.
"""
