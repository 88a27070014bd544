"""What care's staff have to do besides alerts: its duties (待办)."""

from typing import ClassVar, Literal

from linli.escalation.duties import models

DutyKind = Literal[
    "cannot_see",
    "cannot_judge",
    "forgotten_away",
    "visit_overdue",
    "follow_up",
    "check_sensors",
    "unknown_button",
    "unreadable_press",
    "moved_out",
    "moved_home",
    "doubted_sensor",
]
URGENT: frozenset[DutyKind] = frozenset({"unknown_button", "unreadable_press"})  # staff, until it is settled
FIRST: frozenset[DutyKind] = URGENT | {"cannot_judge"}  # before all alerts that wait for nobody's answer
TELLS: frozenset[DutyKind] = URGENT | {"forgotten_away"}  # the family


class Duty(models.Duty):
    """Something for staff to see to.

    `about`: the person, or the device nobody is assigned to. `since`: when it came up last.
    """

    URGENT: ClassVar[frozenset[str]] = URGENT
    FIRST: ClassVar[frozenset[str]] = FIRST
    TELLS: ClassVar[frozenset[str]] = TELLS

    kind: DutyKind
