"""What a manager sees of a register: readings that wait for a decision, and corrections.

Used by `entries`, and by the actions that list and decide.
"""
