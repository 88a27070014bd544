"""Trigger: devices' `device_fault_raised` and `device_fault_cleared`, through a queue.

Rule: a lost sensor says nothing of the person; once all of a person's sensors are lost, or the gateways
before them, nobody can see.
Result: a duty for staff at once, while the person's deadline stays as it was; the rhythm learns nothing of
the time.
"""
