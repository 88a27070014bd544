"""Identities: whose one is that an issuer made, by the word of the communities that know them.

Used by the authorizer and by those who link.
"""
