"""Credentials (凭证): how they are spelled, where and when they are good, what they were granted last.

The holder's standing is copied onto each, so that a gate reads once; whoever changes a standing writes here.
"""
