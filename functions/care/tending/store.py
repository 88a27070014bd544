"""Duties: what staff have to see to besides alerts. One of a kind for a person, gone when it is settled."""

from datetime import datetime
from typing import get_args

from functions.care.calling.alerts import Capacity, Entry
from functions.care.case_tables import DutyRow, EntryRow, staff_queue
from functions.care.tending.duties import TELLS, URGENT, Duty, DutyKind
from linli.tables import Transaction

__all__ = ["Duty", "DutyKind", "cleared", "gone", "none_left", "put", "raised"]


def raised(
    transaction: Transaction, community: str, person: str, kind: DutyKind, *, words: str, now: datetime
) -> None:
    """Let `transaction` (rows `duty-<kind>`, `duty-line`) raise a duty; one that is there is renewed."""
    put(transaction, community, Duty(kind=kind, about=person, words=words[:1000], since=now))


def put(transaction: Transaction, community: str, duty: Duty) -> None:
    """The same, of a duty. Those of whom somebody is to be told fall due at once.

    An urgent one that is renewed keeps its turn among staff, and when they are told again.
    """
    key, queue = DutyRow.key(community, duty.kind, duty.about), staff_queue(community)
    timed = DutyRow.timed(duty.about, duty.since if duty.kind in TELLS else None)
    if duty.kind in URGENT:
        actions = [
            DutyRow.kind.set(DutyRow),
            DutyRow.duty.set(duty),
            DutyRow.queue.set(queue),
            DutyRow.place.set(duty.place),
            DutyRow.due_shard.set(timed["due_shard"]),
            DutyRow.due_at.set(DutyRow.due_at | timed["due_at"]),
        ]
        transaction.update(f"duty-{duty.kind}", DutyRow(*key), actions)
    else:
        row = DutyRow(*key, duty=duty, queue=queue, place=duty.place, **timed)
        transaction.put(f"duty-{duty.kind}", row)
    entry = Entry(at=duty.since, what="duty_raised", words=_said(duty.kind, duty.words))
    _line(transaction, community, duty.about, duty.kind, entry)


def cleared(
    transaction: Transaction,
    community: str,
    person: str,
    kind: DutyKind,
    now: datetime,
    *,
    by: Capacity = "system",
    actor: str | None = None,
    words: str = "",
    seen: Duty | None = None,
) -> None:
    """Let `transaction` (rows `duty-<kind>`, `duty-line`) settle a duty, whether it is there or not.

    `seen`: as somebody has seen it; the transaction fails when it has been renewed since, or settled.
    """
    gone(transaction, community, person, kind, seen)
    entry = Entry(at=now, what="duty_settled", by=by, actor=actor, words=_said(kind, words))
    _line(transaction, community, person, kind, entry)


def gone(
    transaction: Transaction, community: str, person: str, kind: DutyKind, seen: Duty | None = None
) -> None:
    """Let `transaction` (row `duty-<kind>`) remove a duty of which another line of the timeline tells.

    `seen`: only if it is there, as somebody has seen it.
    """
    as_seen = DutyRow.place == seen.place if seen else None
    transaction.delete(f"duty-{kind}", DutyRow(*DutyRow.key(community, kind, person)), as_seen)


def none_left(transaction: Transaction, community: str, person: str) -> None:
    """Let `transaction` remove all duties about somebody who is not watched over any more."""
    for kind in get_args(DutyKind):
        gone(transaction, community, person, kind)


def _said(kind: DutyKind, words: str) -> str:
    return f"{kind.replace('_', ' ')}: {words}"[:1000] if words else kind.replace("_", " ")


def _line(transaction: Transaction, community: str, person: str, kind: DutyKind, entry: Entry) -> None:
    key = "-".join(filter(None, (entry.what, kind, entry.actor)))
    transaction.put("duty-line", EntryRow.of(community, person, entry, key))
