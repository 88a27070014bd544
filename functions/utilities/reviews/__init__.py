"""What a manager sees of a register: readings that wait for a decision, and corrections of what was counted."""
