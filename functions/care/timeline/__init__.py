"""The timeline (时间线): who did what for a person, and when.

Every noun of care writes lines; nothing here knows what they tell of.
"""
