"""A register: its community's zone and limits, and its rows, read under one version.

Used by what enters readings and by what bills them.
"""
