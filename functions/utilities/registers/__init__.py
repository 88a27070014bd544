"""A register where its rows are: its community's zone and limits, and its readings around an instant, read under
one version. Used by what enters readings and by what bills them.
"""
