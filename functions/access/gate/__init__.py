"""Trigger: a manager sets up a gate, or somebody on duty looks at one, over HTTP.

Rule: a gate leads into one area and counts passes in, out or both; it is known by the id of its device.
Result: the gate as gate passes see it; the list of the community's gates.
"""
