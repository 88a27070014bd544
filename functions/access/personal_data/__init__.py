"""Trigger: the directory's `person_export_asked` and `person_forgetting_asked`, through a queue.

Rule: what each kind of rows declares of a person happens to every row of theirs, and to every mention.
Result: credentials, invitations and whereabouts are gone, and passes and consents stay without a name as
long as law and retention say; or a part of the copy is written.
"""
