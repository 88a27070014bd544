"""Meters (计量表) and their registers: what they are, who may send their readings. Used wherever a dial is."""
