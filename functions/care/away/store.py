"""Absences, and the question that a forgotten one has raised."""

from collections.abc import Callable
from datetime import datetime

from functions.care import duties, vigils
from functions.care.away.models import Absence
from functions.care.states import WatchState, came_back, gone_away
from functions.care.watches import Watch
from linli.tables import Transaction, until_it_holds


def find(community: str, person: str) -> Watch:
    """How a person is watched over. Raises NotFound."""
    return vigils.load(community, person).watch


def leave(watch: Watch, until: datetime, now: datetime) -> Absence:
    """The person is away until then, once more if they have been asked after."""
    return until_it_holds(lambda: _change(watch, lambda state: gone_away(state, until, now), now))


def come_back(watch: Watch, now: datetime) -> Absence:
    """The person is back; nothing changes for somebody who was not away."""
    return until_it_holds(lambda: _change(watch, lambda state: came_back(state, now), now))


def _change(watch: Watch, decide: Callable[[WatchState], WatchState], now: datetime) -> Absence:
    vigil = vigils.load(watch.community, watch.person)
    after = decide(vigil.state)
    if after != vigil.state:
        transaction = Transaction()
        vigils.join(transaction, vigil, after)
        if vigil.state.asked:
            duties.cleared(transaction, watch.community, watch.person, "forgotten_away", now)
        transaction.commit()
    away = after.where == "away"
    return Absence(away=away, since=after.since if away else None, until=after.away_until)
