"""Tending: what staff have to see to besides alerts, that is duties (待办) and visits (探访)."""
