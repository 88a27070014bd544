"""Trigger: a manager over HTTP, or the schedule on the third of each month, has a month billed, through a
queue, or checked.

Rule: one bill per home, month and tenants, by condition, however often the run is started, interrupted or
repeated, and what became known of earlier months is on it as lines that correct them.
Result: bills whose lines add up to the total in whole fen, and in the end to what the dials say,
`bill_issued` for each, and what the run left out.
"""
