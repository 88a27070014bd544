"""Statements (对账单): a provider's list of a day, compared with the books, and where the two differ.

Compared by `statement` in a daily round of the communities that `community` enters into it.
"""
