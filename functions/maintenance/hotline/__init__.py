"""Trigger: the 12345 hotline calls Open311 GeoReport v2: services, requests, one request; JSON or XML.

Rule: the API key tells the hotline and its tenant, and a hotline sees the requests it made itself only.
Result: a ticket like any other, whose state it reads back in `status` and, in full, in `status_notes`.
"""
