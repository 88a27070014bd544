"""Trigger: our operations invoke the function by name, through IAM, when a sub-district (街道) asks.

Rule: an official is appointed to one sub-district or dismissed from it, and a repeat changes nothing.
Result: within five minutes the person's token opens, or no longer opens, that sub-district's feeds.
"""
