"""Trigger: caregivers and managers look over HTTP at what they have to see to, settle it, or say who is on
duty.

Rule: alerts nobody has answered head the queue, then emergencies, then what has waited longest; a duty is
settled once, with a word about how, as it was seen: not one that has come up again since.
Result: the staff queue, and the roster by which the chain calls caregivers and managers.
"""
