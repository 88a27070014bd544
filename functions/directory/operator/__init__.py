"""Trigger: an operator of a company makes another person one over HTTP, or ends it.

Rule: a company always keeps at least one operator, also when two end the other's at the same time.
Result: within five minutes the person's token opens, or no longer opens, all communities of the company.
"""
