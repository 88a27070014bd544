"""Trigger: a manager sets a tariff over HTTP, or somebody of the community looks them up.

Rule: a tariff is flat, by time of use, or tiered (阶梯), or both of these, with wider steps for more persons,
holds from a local day on, and is never changed.
Result: the tariffs that bills are made by; what homes share (公摊) is apportioned by area or headcount.
"""
