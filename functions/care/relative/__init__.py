"""Trigger: family asks over HTTP how a relative is.

Rule: who is named as family or emergency contact of somebody, or is that person, sees how they are and
nothing else; to all others there is no such person.
Result: one word, the last sign of life, and the open alert that they may acknowledge.
"""
