"""Absences, and the question that a forgotten one has raised."""

from collections.abc import Callable
from datetime import datetime

from functions.care.away.models import Absence
from functions.care.calling.alerts import Actor
from functions.care.tending.store import DUTIES
from functions.care.timeline.models import Entry, What
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.state import WatchState, came_back, gone_away
from functions.care.watching.watch import Watch
from linli.escalation.duties import store as duties
from linli.instants import to_text
from linli.tables import Transaction, until_it_holds


def find(community: str, person: str) -> Watch:
    """How a person is watched over. Raises NotFound."""
    return watching.load(community, person).watch


def leave(watch: Watch, by: Actor, until: datetime, now: datetime) -> Absence:
    """The person is away until then, once more if they have been asked after."""
    line = _line("away_set", by, now, f"until {to_text(until)}")
    return until_it_holds(lambda: _change(watch, lambda state: gone_away(state, until, now), line))


def come_back(watch: Watch, by: Actor, now: datetime) -> Absence:
    """The person is back; nothing changes for somebody who was not away."""
    line = _line("away_over", by, now)
    themself = by.person == watch.person
    return until_it_holds(
        lambda: _change(watch, lambda state: came_back(state, now, by_themself=themself), line)
    )


def _line(what: What, by: Actor, now: datetime, words: str = "") -> Entry:
    return Entry(at=now, what=what, by=by.capacity, actor=by.person, words=words)


def _change(watch: Watch, decide: Callable[[WatchState], WatchState], line: Entry) -> Absence:
    vigil = watching.load(watch.community, watch.person)
    after = decide(vigil.state)
    if after != vigil.state:
        transaction = Transaction()
        watching.join(transaction, vigil, after)
        transaction.put("line", EntryRow.of(watch.community, watch.person, line, line.what))
        if vigil.state.asked:
            who = watch.community, watch.person
            duties.settle_duty(DUTIES, transaction, *who, "forgotten_away", now=line.at)
        transaction.commit()
    away = after.where == "away"
    return Absence(away=away, since=after.since if away else None, until=after.away_until)
