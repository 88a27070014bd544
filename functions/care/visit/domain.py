"""Whom to visit today, and what a visit leads to."""

from datetime import date, datetime

from functions.care.tending.visits import Visit, next_visit
from functions.care.timeline.models import Entry, What
from functions.care.visit.models import Round, VisitMade
from functions.care.watching.state import Setting

MET = frozenset({"fine", "needs_help"})


def round_of(visit: Visit, home: str, home_name: str | None, today: date) -> Round:
    """A line of today's rounds."""
    return Round(
        person=visit.person,
        home=home,
        home_name=home_name,
        next_on=visit.next_on,
        overdue_days=(today - visit.next_on).days,
        last_at=visit.last_at,
        last_outcome=visit.outcome,
    )


def after(visit: Visit, made: VisitMade, by: str, setting: Setting, now: datetime) -> Visit:
    """The next visit."""
    return visit.model_copy(
        update={
            "next_on": next_visit(made.outcome, now, setting),
            "last_at": now,
            "last_by": by,
            "outcome": made.outcome,
            "note": made.note,
        }
    )


def line(made: VisitMade, by: str, now: datetime) -> Entry:
    """The line in the timeline."""
    words = f"{made.outcome}: {made.note}" if made.note else made.outcome
    what: What = "visit_missed" if made.outcome == "not_in" else "visited"
    return Entry(at=now, what=what, by="caregiver", actor=by, words=words[:1000])
