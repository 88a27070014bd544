"""Books: orders, refunds, the double-entry ledger, and what a notice of a provider does to them.

`settlement` decides, `store` lets it take effect in one transaction. All that moves money uses it.
"""
