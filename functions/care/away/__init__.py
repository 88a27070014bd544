"""Trigger: the person, their family or staff says over HTTP until when the person is away (外出报备), or that
they are back.

Rule: an absence has an end, at most ninety days ahead; a sign of life in the home ends it before.
Result: no deadline until then; at its end somebody asks, and if nobody answers an alert opens.
"""
