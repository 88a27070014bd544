"""Trigger: the directory's `person_export_asked` and `person_forgetting_asked`, through a queue.

Rule: a forgetting waits for an open alert to end and then ends the watch; what each kind of rows declares of
a person happens.
Result: nobody watches over them, and records of alerts stay without name and phone as long as their
retention says; or a part of the copy is written.
"""
