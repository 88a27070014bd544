"""Households: which homes a person lives in, or lived in, as the directory said last.

Kept by `household`; read wherever residents see and pay the bills of their homes alone.
"""
