"""The life of devices (心跳): when they were heard, behind which gateway, whether they are lost.

Used by the heartbeat, by what looks at the overdue, and by who revokes a device.
"""
