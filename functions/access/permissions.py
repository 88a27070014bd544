"""Who may do what with gates, passes and credentials. No other service asks."""

from linli.permissions import EVERYONE, RUNNING_IT, Permission, Role

READ_GATES = Permission("gates:read", RUNNING_IT | {Role.GUARD, Role.REPAIRER})
CHANGE_GATES = Permission("gates:change", RUNNING_IT, fresh=True)
CHANGE_CREDENTIALS = Permission("credentials:change", RUNNING_IT, fresh=True)
READ_CREDENTIALS = Permission("credentials:read", EVERYONE)
REVOKE_CREDENTIALS = Permission("credentials:revoke", EVERYONE, fresh=True)
SHOW_QR = Permission("qr:show", {Role.RESIDENT}, fresh=True)
INVITE_VISITOR = Permission("visitors:invite", {Role.RESIDENT}, fresh=True)
ASK_PASS = Permission("passes:ask", {Role.GUARD}, fresh=True)
READ_PASSES = Permission("passes:read", EVERYONE)
READ_ALL_PASSES = Permission("passes:read-all", RUNNING_IT | {Role.GUARD})
READ_STANDING = Permission("standing:read", RUNNING_IT | {Role.GUARD, Role.CAREGIVER})
CHANGE_STANDING = Permission("standing:change", {Role.CAREGIVER, Role.MANAGER}, fresh=True)
SAY_PLACE = Permission("places:say", {Role.GUARD, Role.MANAGER, Role.OPERATOR}, fresh=True)
OPEN_REMOTELY = Permission("gates:open", {Role.GUARD, Role.MANAGER}, fresh=True)
