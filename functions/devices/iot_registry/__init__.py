"""AWS IoT's registry: a device's thing, its community, and the certificates that it may connect with.

Used by who registers, renews or revokes a device.
"""
