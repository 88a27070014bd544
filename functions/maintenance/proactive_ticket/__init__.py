"""Trigger: signals of meters and faults of devices, and their ends, as facts of the bus, through a queue.

Rule: one open ticket per asset and fault, held by a lock item that counts how often it is told, and when.
Result: a ticket before anybody complains (未诉先办), which closes itself if the fault ends unaccepted.
"""
