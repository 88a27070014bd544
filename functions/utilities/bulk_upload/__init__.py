"""Trigger: a manager asks over HTTP where to put a file of readings; once it is there, S3 says so through a
queue.

Rule: CSV or JSON lines, up to 100,000 rows; every row is entered once or reported with its line number and
why not.
Result: the readings are entered, a few writes per register and day, and a report per row can be
downloaded.
"""
