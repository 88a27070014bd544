"""Trigger: our operations invoke the function by name, through IAM, when a property company signs up.

Rule: a company id is given once; the same request again finds what it made.
Result: the company with its first operator, who makes everything else over HTTP.
"""
