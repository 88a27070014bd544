"""Who may do what with devices. No other service asks."""

from linli.permissions import RUNNING_IT, Permission, Role

READ_DEVICES = Permission("devices:read", RUNNING_IT | {Role.GUARD, Role.REPAIRER})
CHANGE_DEVICES = Permission("devices:change", RUNNING_IT, fresh=True)
