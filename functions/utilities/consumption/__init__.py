"""Trigger: a resident or a manager asks over HTTP what was used.

Rule: a resident sees their own home's meters, a manager the whole community's; days are the community's
local days.
Result: the consumption of each register by day and by month, in the medium's unit.
"""
