"""Trigger: a manager or official asks over HTTP how a community did in a month.

Rule: a ticket counts in the month it was reported, each of its marks once, and what was withdrawn not at all.
Result: response, resolution and satisfaction rates, counted apart as 12345 does (响应率, 解决率, 满意率).
"""
