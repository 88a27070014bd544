"""How soon a ticket has to be seen to: three clocks (respond, arrive, resolve) on a community's open hours.

Tickets carry them; how clocks and calendars run is `linli.clocks` and `linli.calendar`.
"""
