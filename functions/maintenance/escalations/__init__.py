"""What staff have to see to: a ticket that nobody is free for, or that is late with one of its clocks.

Tickets write and remove the rows, the minute's sweep tells managers of them by push, staff list them.
"""
