"""Whether anybody can see how a person is: which sensors and gateways are lost or revoked, whether or
not they serve anybody yet, and the duty to look in person while no sensor can be heard.

A watch that begins, or takes a sensor on, must not believe that a lost one sees.
"""

from collections.abc import Iterable
from datetime import datetime

from functions.care.intake.rows import SensorRow
from functions.care.tending import store as tending
from functions.care.tending.store import DUTIES
from functions.care.timeline.models import Entry
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.deadlines import unbelievable
from functions.care.watching.silences import outage_after
from functions.care.watching.state import Outage, Silence, WatchState
from functions.care.watching.store import Vigil
from linli.escalation.duties import store as duties
from linli.tables import ConditionsFailed, Row, Rows, Transaction, as_read, change, read, until_it_holds


def save(
    vigil: Vigil, after: WatchState, now: datetime, entry: Entry | None = None, mark: Row | None = None
) -> None:
    """Write a state by one UpdateItem. It is a transaction where the home goes out of sight or comes back,
    where a sensor is newly in doubt, and with an `entry` of the timeline or a `mark`, which must not be there
    yet.

    Raises ConditionsFailed when somebody was faster, Contended.
    """
    sees_as_before = bool(after.blind_since) == bool(vigil.state.blind_since)
    if entry is None and mark is None and sees_as_before and not _new_doubts(vigil, after):
        watching.write(vigil, after)
        return
    transaction = Transaction()
    join(transaction, vigil, after, now)
    if mark is not None:
        transaction.create("mark", mark)
    if entry is not None:
        community, person = vigil.watch.community, vigil.watch.person
        transaction.put("line", EntryRow.of(community, person, entry, entry.what))
    transaction.commit()


def join(transaction: Transaction, vigil: Vigil, after: WatchState, now: datetime) -> None:
    """Let `transaction` write a state, with the duty `cannot_see` raised or settled as it says, and the duty
    to look at a sensor that never rests.
    """
    watching.join(transaction, vigil, after)
    community, person = vigil.watch.community, vigil.watch.person
    if after.blind_since and not vigil.state.blind_since:
        ask_to_look(transaction, community, person, now)
    if vigil.state.blind_since and not after.blind_since:
        duties.settle_duty(DUTIES, transaction, community, person, "cannot_see", now=now)
    if _new_doubts(vigil, after):
        words = "; ".join(unbelievable(after, vigil.watch))
        tending.raise_duty(transaction, community, person, "check_sensors", words=words, now=now)


def _new_doubts(vigil: Vigil, after: WatchState) -> bool:
    """Whether there is a sensor that staff do not know yet to prove nothing."""
    return not {*after.doubted} <= {*vigil.state.doubted}


def ask_to_look(transaction: Transaction, community: str, person: str, now: datetime) -> None:
    """Let `transaction` raise the duty to look in person."""
    words = "no sensor in the home can be heard; nobody can see how they are"
    tending.raise_duty(transaction, community, person, "cannot_see", words=words, now=now)


def note_outage(community: str, silence: Silence, at: datetime, *, lost: bool, row: SensorRow | None) -> None:
    """Take in that a device is lost or heard again, revoked or registered anew; `row` is as read, and read
    again if others are faster.
    """
    if not _note_outage(community, silence, at, row, lost=lost):
        key = SensorRow.key(community, silence.device)

        def again() -> None:
            if not _note_outage(community, silence, at, read([key]).one(SensorRow, key), lost=lost):
                raise ConditionsFailed({"row": None})

        until_it_holds(again)


def _note_outage(
    community: str, silence: Silence, at: datetime, row: SensorRow | None, *, lost: bool
) -> bool:
    before = row.outage if row else None
    after = outage_after(before or Outage(), silence, at, lost=lost)
    if after == (before or Outage()):
        return True
    same = as_read(SensorRow, row or SensorRow(), "outage")
    actions = [SensorRow.kind.set(SensorRow), SensorRow.outage.set(after)]
    try:
        change(SensorRow(*SensorRow.key(community, silence.device)), actions, same)
    except ConditionsFailed:
        return False
    return True


def lost_among(community: str, devices: Iterable[str]) -> list[Silence]:
    """The spells of silence of these devices that are not over."""
    keys = [SensorRow.key(community, each) for each in sorted(devices)]
    rows = (read(keys) if keys else Rows()).values()
    return [each for row in rows if isinstance(row, SensorRow) and row.outage for each in row.outage.lost]
