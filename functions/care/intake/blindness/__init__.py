"""Blindness: no sensor in a home can be heard, so that somebody has to look in person."""
