"""What staff have to do besides alerts: duties (待办) and visits (探访)."""

from datetime import timedelta
from typing import Literal

from linli.contracts import Contract
from linli.escalation.models import Words
from linli.ids import Id
from linli.instants import Instant, to_text

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
ATTEMPTS = 3
AGAIN = timedelta(minutes=5)


class Duty(Contract):
    """Something for staff to see to.

    `about`: the person, or the device nobody is assigned to. `since`: when it came up last.
    """

    kind: DutyKind
    about: Id
    words: Words
    since: Instant

    @property
    def place(self) -> str:
        """Where it stands in the staff queue: between alerts that wait and those somebody sees to."""
        return f"{'1' if self.kind in FIRST else '5'}#{to_text(self.since)}#{self.kind}#{self.about}"
