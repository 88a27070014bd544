"""Meters (计量表) and their registers: what they are, and who may send their readings.

Used wherever a dial is read.
"""
