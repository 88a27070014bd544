"""Trigger: access's `gate_passed` and utilities' `use_observed`, through a queue.

Rule: a pass is its holder's own sign; use of water, electricity or gas is a sign of those who are watched
over in that home, unless the directory has them in another, from the start of the interval, since only that
much is sure.
Result: the same conditional write as for a sensor.
"""
