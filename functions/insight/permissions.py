"""Who may see what is going on, and have others told of it. No other service asks."""

from linli.permissions import RUNNING_IT, Permission, Role

READ_NOW = Permission("now:read", {Role.GUARD, Role.CAREGIVER, Role.MANAGER, Role.OPERATOR})
READ_COMPANY_NOW = Permission("now:read-company", {Role.OPERATOR})
READ_SUBSCRIPTIONS = Permission("subscriptions:read", RUNNING_IT)
CHANGE_SUBSCRIPTIONS = Permission("subscriptions:change", {Role.MANAGER}, fresh=True)
END_SUBSCRIPTIONS = Permission("subscriptions:end", RUNNING_IT, fresh=True)
