"""Trigger: a caregiver or manager sets up over HTTP how a person is watched over, or asks how they are.

Rule: settings are replaced as a whole, with what they cannot tell said in words; a sensor serves one home;
a watch does not end while an alert is open.
Result: the person's deadline by the new settings; `watch_changed` when a home has its first watched person,
or loses its last.
"""
