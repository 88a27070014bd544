"""Signs of life as they come in, for whom they are, and what an open alert hears of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from functions.care.calling import store as calling
from functions.care.intake.blindness import store as blindness
from functions.care.intake.rows import SignRow
from functions.care.tending.store import DUTIES
from functions.care.timeline.models import Entry
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.deadlines import judged
from functions.care.watching.movement import AfterSign, after_signal
from functions.care.watching.rows import StateRow
from functions.care.watching.signals import SENSOR_KINDS, Sign, is_reused
from functions.care.watching.state import WatchState
from functions.care.watching.store import Vigil
from linli.errors import NotFound
from linli.escalation.duties import store as duties
from linli.tables import Transaction, read, until_it_holds

NOT_WATCHED = "not_watched"
STRONGEST_FIRST = ("back", "moved", "not_counted", "late", "repeated", NOT_WATCHED)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a sign changed. `id_reused`: its id had come before with another content."""

    outcome: str
    id_reused: bool = False


def for_all(community: str, people: Iterable[str], sign: Sign) -> Heard:
    """Let a sign count for everybody it is about. Returns the outcome that changed most."""
    heard = [take_in(community, person, sign) for person in people]
    outcomes = {NOT_WATCHED, *(each.outcome for each in heard)}
    strongest = next(each for each in STRONGEST_FIRST if each in outcomes)
    return Heard(strongest, any(each.id_reused for each in heard))


def take_in(community: str, person: str, sign: Sign) -> Heard:
    """Let a sign move the person's deadline, however late, repeated or crowded it comes.

    An open alert is told of a sign from after its opening, and of one that it has overtaken; it is for people
    to close.
    """
    try:
        vigil, after = until_it_holds(lambda: _take_in(community, person, sign), watching.RACES)
    except NotFound:
        return Heard(NOT_WATCHED)
    _tell_the_alert(vigil, after, sign)
    return Heard(after.outcome, is_reused(sign.key, (each.key for each in vigil.state.recent)))


def _take_in(community: str, person: str, sign: Sign) -> tuple[Vigil, AfterSign]:
    vigil = watching.load(community, person)
    mark = SignRow.of(community, person, sign.key, sign.at) if sign.dated_by_us else None
    if mark is not None and read([(mark.pk, mark.sk)]):
        return vigil, AfterSign(vigil.state, "repeated")
    alarmed = vigil.alert_at is not None and sign.at > vigil.alert_at
    after = after_signal(
        vigil.state, sign, vigil.watch, vigil.setting, alarmed=alarmed, elsewhere=vigil.elsewhere
    )
    over = after.outcome == "back"
    if vigil.state.asked and over:
        _settle_the_question(community, person, sign.at)
    if after.state != vigil.state:
        words = f"came back: {SENSOR_KINDS[sign.kind].words}"
        entry = Entry(at=sign.at, what="away_over", by="person", actor=person, words=words)
        blindness.save(vigil, after.state, sign.at, entry if over else None, mark)
    return vigil, after


def _tell_the_alert(vigil: Vigil, after: AfterSign, sign: Sign) -> None:
    """Tell an open alert of a sign, once. One whose time is in doubt is only noted: it may be from before."""
    if vigil.open_alert is None or vigil.alert_at is None or vigil.moved_again:
        return
    overtaken = _overtaken(vigil, after.state, sign, vigil.alert_at)
    theirs = vigil.watch.is_theirs(sign.kind, sign.devices, elsewhere=vigil.elsewhere)
    came_in = sign.came_in or sign.at
    told_since = sign.doubtful and came_in > vigil.alert_at and after.outcome != "repeated"
    if not (theirs and (sign.at > vigil.alert_at or overtaken or told_since)):
        return
    community, person, words = vigil.watch.community, vigil.watch.person, SENSOR_KINDS[sign.kind].words
    if sign.doubtful:
        words = f"{words}, by {sign.clock}: it may have been before the alert"
        entry = Entry(
            at=came_in, what="moved", by="person", actor=person, alert=vigil.open_alert, words=words
        )
        EntryRow.of(community, person, entry, f"{vigil.open_alert}#{sign.key}").save()
        return
    if overtaken:
        words = f"{words} before the alert was opened, which we heard too late"
    calling.note_sign(community, vigil.open_alert, sign.at, words, overtaken=overtaken)
    row = StateRow(*StateRow.key(community, person))
    row.update([StateRow.moved_again.set(True)], StateRow.open_alert == vigil.open_alert)


def _overtaken(vigil: Vigil, after: WatchState, sign: Sign, opened_at: datetime) -> bool:
    """Whether the alert would not have been opened, had the newest sign not waited in a queue of ours.

    What a gateway replays after the opening is old, and says nothing to it.
    """
    if sign.came_in is None or sign.came_in > opened_at:
        return False
    if sign.at > opened_at or after.seen_at != sign.at or after.where == "away":
        return False
    return judged(after, vigil.watch, vigil.setting, opened_at).verdict == "not_due"


def _settle_the_question(community: str, person: str, at: datetime) -> None:
    transaction = Transaction()
    duties.settle_duty(DUTIES, transaction, community, person, "forgotten_away", now=at)
    transaction.commit()
