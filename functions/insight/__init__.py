"""Insight: what is going on, from what other services tell; it decides nothing and knows nobody."""
