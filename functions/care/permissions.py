"""Who may do what with people who live alone. No other service asks."""

from linli.permissions import EVERYONE, Permission, Role

CARING = {Role.CAREGIVER, Role.MANAGER}

READ_WATCHED = Permission("care:read-watched", CARING)
CHANGE_WATCHED = Permission("care:change-watched", CARING)
CHECK_IN = Permission("care:check-in", {Role.RESIDENT})
CALL_FOR_HELP = Permission("care:call-for-help", {Role.RESIDENT})
SET_AWAY = Permission("care:set-away", CARING | {Role.RESIDENT, Role.FAMILY})
READ_RELATIVE = Permission("care:read-relative", EVERYONE | {Role.FAMILY})
READ_ALERTS = Permission("care:read-alerts", CARING)
ANSWER_ALERTS = Permission("care:answer-alerts", CARING | {Role.RESIDENT, Role.FAMILY})
VISIT = Permission("care:visit", CARING)
