"""Who may see what is going on. No other service asks."""

from linli.permissions import Permission, Role

READ_NOW = Permission("now:read", {Role.GUARD, Role.CAREGIVER, Role.MANAGER, Role.OPERATOR})
READ_COMPANY_NOW = Permission("now:read-company", {Role.OPERATOR})
