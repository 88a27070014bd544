"""Trigger: a schedule, every 10 minutes.

Rule: what is open without a word of it for longer than is usual is doubtful; for six times as long, given up.
Result: no board says for ever what nobody can end, and says of itself what it doubts.
"""
