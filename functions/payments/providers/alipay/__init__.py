"""Alipay (支付宝): its messages, how it signs them, and its file of a day.

Used by `providers.registry` alone.
"""
