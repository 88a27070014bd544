"""Payments: from a bill to a receipt, once.

缴费：从账单到收据，每笔只入账一次。
"""
