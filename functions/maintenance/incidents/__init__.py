"""Many reports of one kind in one building within minutes: a mass outage, worked on once.

Opening a ticket asks here whether it is part of one; managers list them.
"""
