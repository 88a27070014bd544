"""Who may do what with tickets, repairers and hotlines. No other service asks."""

from linli.permissions import EVERYONE, RUNNING_IT, Permission, Role

REPORT_TICKET = Permission("tickets:report", EVERYONE)
READ_TICKETS = Permission("tickets:read", EVERYONE)
READ_ALL_TICKETS = Permission("tickets:read-all", RUNNING_IT)
MOVE_TICKET = Permission("tickets:move", EVERYONE)
READ_TICKET_RATES = Permission("tickets:read-rates", RUNNING_IT | {Role.OFFICIAL})
WORK_TICKETS = Permission("tickets:work", RUNNING_IT | {Role.REPAIRER})
CHANGE_REPAIRERS = Permission("repairers:change", RUNNING_IT)
CHANGE_HOTLINES = Permission("hotlines:change", RUNNING_IT, fresh=True)
CHANGE_DISTRICT_HOTLINES = Permission("hotlines:change-district", {Role.OFFICIAL}, fresh=True)
