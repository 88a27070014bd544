"""What comes from meters, files and people, taken apart by register. Used by the actions that readings come in
by.
"""
