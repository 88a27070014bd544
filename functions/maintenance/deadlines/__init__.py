"""How long a ticket may take: three clocks (respond, arrive, resolve) on a community's open hours.

Tickets carry them; every transition and the minute's sweep ask here what is due.
"""
