"""Trigger: the directory's `person_export_asked` and `person_forgetting_asked`, through a queue.

Rule: what each kind of rows declares of a person happens to every row of theirs, and to every mention.
Result: nobody can tell any more who revoked a device, nor of whom the reason spoke; or a part of the
copy is written.
"""
