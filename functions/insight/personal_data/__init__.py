"""Trigger: the directory's `person_export_asked` and `person_forgetting_asked`, through a queue.

Rule: what each kind of rows declares of a person happens to every row of theirs, and to every mention.
Result: nobody can tell any more whose subscription it was, or whom a delivery told of; or a part of the copy.
"""
