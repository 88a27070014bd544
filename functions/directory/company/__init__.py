"""Trigger: an operator opens the app and asks over HTTP for their company.

Rule: only an operator of that very company may know it and its list of communities.
Result: the company's name, and its communities page by page.
"""
