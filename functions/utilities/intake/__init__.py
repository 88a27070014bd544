"""What comes from meters, files and people, taken apart by register.

Used by the actions by which readings come in.
"""
