"""Rounds and visits."""

from functions.care.tending.visits import VisitOutcome
from linli.contracts import Contract
from linli.escalation.models import Words
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day


class Round(Contract):
    """Somebody to be visited. `home_name`: as people say. `overdue_days`: since when, nought for today."""

    person: Id
    home: str
    home_name: str | None = None
    next_on: Day
    overdue_days: int
    last_at: Instant | None
    last_outcome: VisitOutcome | None


class VisitMade(Contract):
    """How a visit went."""

    outcome: VisitOutcome
    note: Words = ""


class VisitKept(Contract):
    """The visit as it is kept, and when the next one is."""

    person: Id
    outcome: VisitOutcome
    at: Instant
    next_on: Day
