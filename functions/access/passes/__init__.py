"""Passes: what was asked at a gate and decided, once, and entries that wait for their pass.

Used by who decides a pass, opens a gate from afar, or is told by a door that somebody went through.
"""
