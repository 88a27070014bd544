"""Calling: alerts (告警), and the chain that calls one person after another until somebody answers.

`chain` is what time and broken channels do to an alert, `answering` what people do.
"""
