"""Trigger: a resident over HTTP wants to pay a bill by Alipay or WeChat Pay.

Rule: the amount is the bill's, one order is open per bill and payer, and it expires.
Result: an order at the provider, what the mini-program needs to pay it, a receipt once paid.
"""
