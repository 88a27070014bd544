"""Who may do what with temperatures and fevers. No other service asks."""

from linli.permissions import EVERYONE, Permission, Role

MEASURE_FEVER = Permission("fevers:measure", {Role.GUARD, Role.CAREGIVER}, fresh=True)
READ_FEVERS = Permission("fevers:read", {Role.CAREGIVER, Role.MANAGER})
READ_OWN_FEVER = Permission("fevers:read-own", EVERYONE)
CLEAR_FEVER = Permission("fevers:clear", {Role.CAREGIVER, Role.MANAGER}, fresh=True)
READ_DISTRICT_FEVERS = Permission("fevers:read-district", {Role.OFFICIAL})
