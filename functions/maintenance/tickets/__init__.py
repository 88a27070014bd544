"""The ticket from the report to the rating: the one state machine, what each move changes, how it is kept.

Whatever opens or moves a ticket goes through `steps` and `store`.
"""
