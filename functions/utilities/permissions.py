"""Who may do what with meters, readings, tariffs and bills. No other service asks."""

from linli.permissions import EVERYONE, RUNNING_IT, Permission, Role

READ_METERS = Permission("meters:read", RUNNING_IT | {Role.REPAIRER})
CHANGE_METERS = Permission("meters:change", RUNNING_IT, fresh=True)
DECIDE_READINGS = Permission("readings:decide", RUNNING_IT, fresh=True)
UPLOAD_READINGS = Permission("readings:upload", RUNNING_IT, fresh=True)
READ_CONSUMPTION = Permission("consumption:read", EVERYONE)
READ_ALL_CONSUMPTION = Permission("consumption:read-all", RUNNING_IT | {Role.REPAIRER})
CHANGE_HOUSEHOLDS = Permission("households:change", RUNNING_IT, fresh=True)
READ_TARIFFS = Permission("tariffs:read", EVERYONE)
CHANGE_TARIFFS = Permission("tariffs:change", RUNNING_IT, fresh=True)
RUN_BILLS = Permission("bills:run", RUNNING_IT, fresh=True)
READ_BILLS = Permission("bills:read", EVERYONE)
READ_ALL_BILLS = Permission("bills:read-all", RUNNING_IT)
