"""Photos of tickets: what is taken out of them before anybody sees them, and where they lie.

Residents and hotlines add them, the minute's sweep looks at what was uploaded.
"""
