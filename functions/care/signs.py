"""Signs of life as they come in, for whom they are, and what an open alert hears of them."""

from collections.abc import Iterable
from datetime import datetime

from functions.care import casebook, duties, vigils
from functions.care.signals import SENSOR_KINDS, Sign
from functions.care.states import Moved, WatchState, after_signal
from functions.care.tables import StateRow
from functions.care.vigils import Vigil
from linli.errors import NotFound
from linli.tables import Transaction

NOT_WATCHED = "not_watched"
STRONGEST_FIRST = ("back", "moved", "not_counted", "late", "repeated", NOT_WATCHED)


def for_all(community: str, people: Iterable[str], sign: Sign) -> str:
    """Let a sign count for everybody it is about. Returns the outcome that changed most."""
    outcomes = {NOT_WATCHED, *(take_in(community, person, sign) for person in people)}
    return next(each for each in STRONGEST_FIRST if each in outcomes)


def take_in(community: str, person: str, sign: Sign) -> str:
    """Let a sign move the person's deadline, however late, repeated or crowded it comes. Returns the outcome.

    A sign from after an alert was opened is told to it; it is for people to close.
    """
    moved: list[Moved] = []

    def decide(vigil: Vigil) -> WatchState:
        alarmed = vigil.alert_at is not None and sign.at > vigil.alert_at
        moved[:] = [after_signal(vigil.state, sign, vigil.watch, vigil.setting, alarmed=alarmed)]
        if vigil.state.asked and moved[0].outcome == "back":
            _settle_the_question(community, person, sign.at)
        return moved[0].state

    try:
        vigil = vigils.change(community, person, decide)
    except NotFound:
        return NOT_WATCHED
    _tell_the_alert(vigil, moved[0].state)
    return moved[0].outcome


def _tell_the_alert(vigil: Vigil, after: WatchState) -> None:
    if vigil.open_alert is None or vigil.alert_at is None or vigil.moved_again:
        return
    if after.seen_at > vigil.alert_at and after.seen_by is not None:
        community, words = vigil.watch.community, SENSOR_KINDS[after.seen_by].words
        casebook.moved_again(community, vigil.open_alert, after.seen_at, words)
        row = StateRow(*StateRow.key(community, vigil.watch.person))
        row.update([StateRow.moved_again.set(True)], StateRow.open_alert == vigil.open_alert)


def _settle_the_question(community: str, person: str, at: datetime) -> None:
    transaction = Transaction()
    duties.cleared(transaction, community, person, "forgotten_away", at)
    transaction.commit()
