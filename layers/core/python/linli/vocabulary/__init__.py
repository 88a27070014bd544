"""What services tell others: for each its facts, and its part of a community's policies.

A package carries the modules that it reaches, and is not touched by what is said in others.
"""
