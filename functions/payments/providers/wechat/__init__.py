"""WeChat Pay v3 (微信支付): its messages, how it signs and enciphers them, and its file of a day.

Used by `providers.registry` alone.
"""
