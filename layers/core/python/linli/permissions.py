"""Who may do what: the one table of roles and permissions.

A membership says which roles a person has in a community; `operator` is held for a whole company and
`official` for a sub-district (街道), and the authorizer expands both to the communities they cover. `family`
lives elsewhere and sees how a relative is, nothing else.
"""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is to a community."""

    RESIDENT = "resident"
    GUARD = "guard"
    REPAIRER = "repairer"
    CAREGIVER = "caregiver"
    MANAGER = "manager"
    OPERATOR = "operator"
    OFFICIAL = "official"
    FAMILY = "family"

    @classmethod
    def known(cls, names: Iterable[str]) -> "frozenset[Role]":
        """The roles among `names`; one that only a newer authorizer knows gives nothing here."""
        held = frozenset(names)
        return frozenset(role for role in cls if role in held)


class Permission(StrEnum):
    """What a route asks for."""

    READ_COMPANY = "company:read"
    CHANGE_OPERATORS = "operators:change"
    CREATE_COMMUNITY = "community:create"
    READ_COMMUNITY = "community:read"
    CHANGE_COMMUNITY = "community:change"
    CHANGE_BUILDINGS = "buildings:change"
    READ_PEOPLE = "people:read"
    CHANGE_PEOPLE = "people:change"
    READ_SELF = "self:read"
    READ_DEVICES = "devices:read"
    CHANGE_DEVICES = "devices:change"
    READ_GATES = "gates:read"
    CHANGE_GATES = "gates:change"
    CHANGE_CREDENTIALS = "credentials:change"
    READ_CREDENTIALS = "credentials:read"
    REVOKE_CREDENTIALS = "credentials:revoke"
    SHOW_QR = "qr:show"
    INVITE_VISITOR = "visitors:invite"
    ASK_PASS = "passes:ask"  # noqa: S105  a permission, not a password
    READ_PASSES = "passes:read"
    READ_ALL_PASSES = "passes:read-all"
    READ_STANDING = "standing:read"
    CHANGE_STANDING = "standing:change"
    SAY_PLACE = "places:say"
    OPEN_REMOTELY = "gates:open"
    MEASURE_FEVER = "fevers:measure"
    READ_FEVERS = "fevers:read"
    READ_OWN_FEVER = "fevers:read-own"
    CLEAR_FEVER = "fevers:clear"
    READ_DISTRICT_FEVERS = "fevers:read-district"
    READ_METERS = "meters:read"
    CHANGE_METERS = "meters:change"
    DECIDE_READINGS = "readings:decide"
    UPLOAD_READINGS = "readings:upload"
    READ_CONSUMPTION = "consumption:read"
    READ_ALL_CONSUMPTION = "consumption:read-all"
    CHANGE_HOUSEHOLDS = "households:change"
    READ_TARIFFS = "tariffs:read"
    CHANGE_TARIFFS = "tariffs:change"
    RUN_BILLS = "bills:run"
    READ_BILLS = "bills:read"
    READ_ALL_BILLS = "bills:read-all"
    REPORT_TICKET = "tickets:report"
    READ_TICKETS = "tickets:read"
    READ_ALL_TICKETS = "tickets:read-all"
    MOVE_TICKET = "tickets:move"
    READ_TICKET_RATES = "tickets:read-rates"
    WORK_TICKETS = "tickets:work"
    CHANGE_REPAIRERS = "repairers:change"
    CHANGE_HOTLINES = "hotlines:change"
    CHANGE_DISTRICT_HOTLINES = "hotlines:change-district"
    READ_DUES = "dues:read"
    READ_ALL_DUES = "dues:read-all"
    PAY = "payments:pay"
    READ_PAYMENTS = "payments:read"
    READ_ALL_PAYMENTS = "payments:read-all"
    REFUND = "payments:refund"
    TAKE_PAYMENTS = "payments:take"
    READ_LEDGER = "ledger:read"
    READ_INBOX = "inbox:read"
    REPLAY_INBOX = "inbox:replay"
    READ_DISCREPANCIES = "discrepancies:read"
    READ_WATCHED = "care:read-watched"
    CHANGE_WATCHED = "care:change-watched"
    CHECK_IN = "care:check-in"
    CALL_FOR_HELP = "care:call-for-help"
    SET_AWAY = "care:set-away"
    READ_RELATIVE = "care:read-relative"
    READ_ALERTS = "care:read-alerts"
    ANSWER_ALERTS = "care:answer-alerts"
    VISIT = "care:visit"


# What opens gates, moves money, or gives somebody such a right is asked of the roles as they are now, not as
# they were when a token was last looked at (linli.http). A call for help is not: it must not wait for that.
FRESH: frozenset[Permission] = frozenset(
    {
        Permission.CHANGE_OPERATORS,
        Permission.CHANGE_COMMUNITY,
        Permission.CHANGE_BUILDINGS,
        Permission.CHANGE_PEOPLE,
        Permission.CHANGE_DEVICES,
        Permission.CHANGE_GATES,
        Permission.CHANGE_CREDENTIALS,
        Permission.REVOKE_CREDENTIALS,
        Permission.SHOW_QR,
        Permission.INVITE_VISITOR,
        Permission.ASK_PASS,
        Permission.CHANGE_STANDING,
        Permission.SAY_PLACE,
        Permission.OPEN_REMOTELY,
        Permission.MEASURE_FEVER,
        Permission.CLEAR_FEVER,
        Permission.CHANGE_METERS,
        Permission.DECIDE_READINGS,
        Permission.UPLOAD_READINGS,
        Permission.CHANGE_HOUSEHOLDS,
        Permission.CHANGE_TARIFFS,
        Permission.RUN_BILLS,
        Permission.CHANGE_HOTLINES,
        Permission.CHANGE_DISTRICT_HOTLINES,
        Permission.PAY,
        Permission.TAKE_PAYMENTS,
        Permission.REFUND,
        Permission.REPLAY_INBOX,
    }
)

# Each role is written out, never all but some: a new one may do nothing until it stands somewhere here.
_EVERYONE_IN_A_COMMUNITY = frozenset(
    {Role.RESIDENT, Role.GUARD, Role.REPAIRER, Role.CAREGIVER, Role.MANAGER, Role.OPERATOR}
)
_RUNNING_IT = frozenset({Role.MANAGER, Role.OPERATOR})
_CARING = frozenset({Role.CAREGIVER, Role.MANAGER})

GRANTS: dict[Permission, frozenset[Role]] = {
    Permission.READ_COMPANY: frozenset({Role.OPERATOR}),
    Permission.CHANGE_OPERATORS: frozenset({Role.OPERATOR}),
    Permission.CREATE_COMMUNITY: frozenset({Role.OPERATOR}),
    Permission.READ_COMMUNITY: _EVERYONE_IN_A_COMMUNITY | {Role.OFFICIAL},
    Permission.CHANGE_COMMUNITY: _RUNNING_IT,
    Permission.CHANGE_BUILDINGS: _RUNNING_IT,
    Permission.READ_PEOPLE: _RUNNING_IT,
    Permission.CHANGE_PEOPLE: _RUNNING_IT,
    Permission.READ_SELF: _EVERYONE_IN_A_COMMUNITY | {Role.OFFICIAL, Role.FAMILY},
    Permission.READ_DEVICES: _RUNNING_IT | {Role.GUARD, Role.REPAIRER},
    Permission.CHANGE_DEVICES: _RUNNING_IT,
    Permission.READ_GATES: _RUNNING_IT | {Role.GUARD, Role.REPAIRER},
    Permission.CHANGE_GATES: _RUNNING_IT,
    Permission.READ_CREDENTIALS: _EVERYONE_IN_A_COMMUNITY,
    Permission.REVOKE_CREDENTIALS: _EVERYONE_IN_A_COMMUNITY,
    Permission.CHANGE_CREDENTIALS: _RUNNING_IT,
    Permission.SHOW_QR: frozenset({Role.RESIDENT}),
    Permission.INVITE_VISITOR: frozenset({Role.RESIDENT}),
    Permission.ASK_PASS: frozenset({Role.GUARD}),
    Permission.READ_PASSES: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_ALL_PASSES: _RUNNING_IT | {Role.GUARD},
    Permission.READ_STANDING: _RUNNING_IT | {Role.GUARD, Role.CAREGIVER},
    Permission.CHANGE_STANDING: frozenset({Role.CAREGIVER, Role.MANAGER}),
    Permission.SAY_PLACE: frozenset({Role.GUARD, Role.MANAGER, Role.OPERATOR}),
    Permission.OPEN_REMOTELY: frozenset({Role.GUARD, Role.MANAGER}),
    Permission.MEASURE_FEVER: frozenset({Role.GUARD, Role.CAREGIVER}),
    Permission.READ_FEVERS: frozenset({Role.CAREGIVER, Role.MANAGER}),
    Permission.READ_OWN_FEVER: _EVERYONE_IN_A_COMMUNITY,
    Permission.CLEAR_FEVER: frozenset({Role.CAREGIVER, Role.MANAGER}),
    Permission.READ_DISTRICT_FEVERS: frozenset({Role.OFFICIAL}),
    Permission.READ_METERS: _RUNNING_IT | {Role.REPAIRER},
    Permission.CHANGE_METERS: _RUNNING_IT,
    Permission.DECIDE_READINGS: _RUNNING_IT,
    Permission.UPLOAD_READINGS: _RUNNING_IT,
    Permission.READ_CONSUMPTION: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_ALL_CONSUMPTION: _RUNNING_IT | {Role.REPAIRER},
    Permission.CHANGE_HOUSEHOLDS: _RUNNING_IT,
    Permission.READ_TARIFFS: _EVERYONE_IN_A_COMMUNITY,
    Permission.CHANGE_TARIFFS: _RUNNING_IT,
    Permission.RUN_BILLS: _RUNNING_IT,
    Permission.READ_BILLS: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_ALL_BILLS: _RUNNING_IT,
    Permission.REPORT_TICKET: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_TICKETS: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_ALL_TICKETS: _RUNNING_IT,
    Permission.MOVE_TICKET: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_TICKET_RATES: _RUNNING_IT | {Role.OFFICIAL},
    Permission.WORK_TICKETS: _RUNNING_IT | {Role.REPAIRER},
    Permission.CHANGE_REPAIRERS: _RUNNING_IT,
    Permission.CHANGE_HOTLINES: _RUNNING_IT,
    Permission.CHANGE_DISTRICT_HOTLINES: frozenset({Role.OFFICIAL}),
    Permission.READ_DUES: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_ALL_DUES: _RUNNING_IT,
    Permission.PAY: frozenset({Role.RESIDENT}),
    Permission.READ_PAYMENTS: _EVERYONE_IN_A_COMMUNITY,
    Permission.READ_ALL_PAYMENTS: _RUNNING_IT,
    Permission.REFUND: _RUNNING_IT,
    Permission.TAKE_PAYMENTS: _RUNNING_IT,
    Permission.READ_LEDGER: _RUNNING_IT,
    Permission.READ_INBOX: frozenset({Role.OPERATOR}),
    Permission.REPLAY_INBOX: frozenset({Role.OPERATOR}),
    Permission.READ_DISCREPANCIES: _RUNNING_IT,
    Permission.READ_WATCHED: _CARING,
    Permission.CHANGE_WATCHED: _CARING,
    Permission.CHECK_IN: frozenset({Role.RESIDENT}),
    Permission.CALL_FOR_HELP: frozenset({Role.RESIDENT}),
    Permission.SET_AWAY: _CARING | {Role.RESIDENT, Role.FAMILY},
    Permission.READ_RELATIVE: _EVERYONE_IN_A_COMMUNITY | {Role.FAMILY},
    Permission.READ_ALERTS: _CARING,
    Permission.ANSWER_ALERTS: _CARING | {Role.RESIDENT, Role.FAMILY},
    Permission.VISIT: _CARING,
}
