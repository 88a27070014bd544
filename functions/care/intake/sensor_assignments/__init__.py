"""Sensor assignments: whom each sensor and gateway serves, and which sensors several people share."""
