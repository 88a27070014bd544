"""Hotlines (12345), the API keys by which they are known, and the requests that each has made.

The Open311 API asks here who calls; whoever issues keys writes here.
"""
