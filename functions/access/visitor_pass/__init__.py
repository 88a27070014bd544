"""Trigger: a resident invites a visitor, lists or withdraws invitations, over HTTP.

Rule: a QR code, and a number plate if given, are good for one window and a number of visits together.
Result: the code to send to the visitor; its passes are decided like any other's.
"""
