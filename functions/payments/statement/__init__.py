"""Trigger: a schedule, every day at noon of China, through a queue; who runs a community asks over HTTP.

Rule: each line of a provider's statement of the last days has its entry here, and each entry its line.
Result: a list of the discrepancies, and orders of ours that we had not heard of are asked for at once.
"""
