"""Trigger: a resident or a manager asks over HTTP what a meter's readings say is wrong.

Rule: leak, spike, no use and back-flow are judged whenever readings change, and each is raised once per
episode.
Result: the meter's episodes, open and over; their facts were published with the readings that showed them.
"""
