"""Trigger: devices' `device_fault_raised`, `device_fault_cleared`, `device_revoked` and `device_registered`,
through a queue.

Rule: a sensor that is lost or revoked says nothing of the person; once all of a person's sensors are, or the
gateways before them, nobody can see.
Result: a duty for staff at once, while the person's deadline stays as it was; the rhythm learns nothing of
the time.
"""
