"""What staff have to do besides alerts: duties (待办) and visits (探访)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from functions.care.calling.alerts import Words
from functions.care.watching.state import Setting
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant, to_text
from linli.local_times import Day

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
VisitOutcome = Literal["fine", "needs_help", "not_in", "refused"]
URGENT: frozenset[DutyKind] = frozenset({"unknown_button", "unreadable_press"})  # staff, until it is settled
FIRST: frozenset[DutyKind] = URGENT | {"cannot_judge"}  # before all alerts that wait for nobody's answer
TELLS: frozenset[DutyKind] = URGENT | {"forgotten_away"}  # the family
ATTEMPTS = 3
AGAIN = timedelta(minutes=5)
TOMORROW = timedelta(days=1)


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


class Visit(Contract):
    """When somebody is to be visited next, local day, and the last visit."""

    person: Id
    next_on: Day
    last_at: Instant | None = None
    last_by: Id | None = None
    outcome: VisitOutcome | None = None
    note: Words = ""

    @property
    def place(self) -> str:
        """The rounds go by day, the longest overdue first."""
        return f"{self.next_on.isoformat()}#{self.person}"


def today(now: datetime, setting: Setting) -> date:
    """The community's day."""
    return now.astimezone(setting.zone).date()


def overdue_at(visit: Visit, setting: Setting) -> datetime:
    """When a visit that was not made becomes a duty: once its day is over, local time."""
    return datetime.combine(visit.next_on + TOMORROW, time(), setting.zone).astimezone(UTC)


def next_visit(outcome: VisitOutcome, now: datetime, setting: Setting) -> date:
    """When to come again: tomorrow when nobody was in, otherwise as often as the policy says."""
    days = 1 if outcome == "not_in" else setting.policy.visit_days
    return today(now, setting) + timedelta(days=days)
