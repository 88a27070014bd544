"""Trigger: the directory's own `person_export_asked` and `person_forgetting_asked`, and what each service
answers, through a queue.

Rule: the directory goes through its rows as every service does; a request is done when all have answered.
Result: a copy that can be fetched, or nothing but what law keeps, by name.
"""
