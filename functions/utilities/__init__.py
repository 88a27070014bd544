"""Meters, what they read, what was used, and what it costs (水电气热)."""
