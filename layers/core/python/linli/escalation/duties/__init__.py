"""Duties (待办): what staff see to besides alerts, in one queue with them, until somebody settles it."""
