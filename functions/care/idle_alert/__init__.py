"""Trigger: the sweep's tasks, through a queue: people whose deadline has passed.

Rule: whoever is still due, by their own rhythm and where they are, gets the one alert they may have; the end
of an absence is asked about first.
Result: an alert with its words, opened together with the hold on the person; its first call is due at once.
"""
