"""Merchants (商户): a community's account at a provider, with the keys of both sides.

`checks` says whether the secrets of one can be kept, `store` reads them. Whoever signs or verifies uses it.
"""
