"""Payments: from a bill to a receipt, once."""
