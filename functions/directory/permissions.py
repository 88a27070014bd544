"""Who may do what with companies, communities, buildings and people. No other service asks."""

from linli.permissions import EVERYONE, RUNNING_IT, Permission, Role

READ_COMPANY = Permission("company:read", {Role.OPERATOR})
CHANGE_OPERATORS = Permission("operators:change", {Role.OPERATOR}, fresh=True)
CREATE_COMMUNITY = Permission("community:create", {Role.OPERATOR})
READ_COMMUNITY = Permission("community:read", EVERYONE | {Role.OFFICIAL})
CHANGE_COMMUNITY = Permission("community:change", RUNNING_IT, fresh=True)
CHANGE_BUILDINGS = Permission("buildings:change", RUNNING_IT, fresh=True)
READ_PEOPLE = Permission("people:read", RUNNING_IT)
CHANGE_PEOPLE = Permission("people:change", RUNNING_IT, fresh=True)
FORGET_PEOPLE = Permission("people:forget", RUNNING_IT, fresh=True)
ASK_FOR_OWN_DATA = Permission(
    "personal-data:ask", EVERYONE | {Role.OFFICIAL, Role.FAMILY}, fresh=True, anybody=True
)
CHANGE_SELF = Permission("self:change", EVERYONE | {Role.OFFICIAL, Role.FAMILY}, anybody=True)
READ_SELF = Permission("self:read", EVERYONE | {Role.OFFICIAL, Role.FAMILY}, anybody=True)
