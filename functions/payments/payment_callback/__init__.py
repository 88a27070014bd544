"""Trigger: Alipay's or WeChat Pay's callback over HTTPS, without a token: its signature is the proof.

Rule: what comes is stored before it is answered, and settles its order once if it is signed and fits.
Result: the bill is paid, booked and has a receipt, or nothing but the stored callback.
"""
