"""Trigger: somebody who is watched over presses "I am well" (报平安) in the app, over HTTP.

Rule: it is a sign of life of theirs, wherever they are; the same press counts once.
Result: the deadline moves as by a sensor, and an alert that is open hears of it.
"""
