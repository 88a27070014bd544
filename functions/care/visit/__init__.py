"""Trigger: a caregiver asks over HTTP whom to visit today, or tells how a visit went.

Rule: everybody who is watched over is visited as often as the policy says, counted in local days from the
last visit; nobody in means tomorrow again.
Result: a line in the person's timeline and the next visit; who was met has given a sign of life.
"""
