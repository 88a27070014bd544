"""Trigger: a door magnet, an infrared, bed or lamp sensor, a peephole camera or a check-in button over MQTT,
through a queue.

Rule: a sign that is this person's and newer than the last one moves their deadline; late, repeated and
crowded ones never move it back, and what is told without any clock answers no alert.
Result: one conditional write, and word to the alert if one is open.
"""
