"""Trigger: a manager over HTTP, or the schedule on the third of each month, has a month billed, through a
queue.

Rule: one bill per home and month, by condition, however often the run is started, interrupted or repeated.
Result: bills whose lines add up to the total in whole fen, and `bill_issued` for each.
"""
