"""Visits (探访): when somebody is visited next, by local days."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from functions.care.watching.state import Setting
from linli.contracts import Contract
from linli.escalation.models import Words
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day

VisitOutcome = Literal["fine", "needs_help", "not_in", "refused"]
TOMORROW = timedelta(days=1)


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
