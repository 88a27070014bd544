"""Keys: RSA keys and serials of certificates as people paste and tools print them, in one form.

Used by `merchants`, which keeps them, and by `protocol`, which signs and verifies with them.
"""
