"""Duties: what staff have to see to besides alerts. One of a kind for a person, gone when it is settled."""

from datetime import datetime
from typing import get_args

from functions.care.alerts import Capacity, Entry
from functions.care.case_tables import DutyRow, EntryRow, staff_queue
from functions.care.work import TELLS, Duty, DutyKind
from linli.tables import Transaction

__all__ = ["Duty", "DutyKind", "cleared", "gone", "none_left", "put", "raised"]


def raised(
    transaction: Transaction, community: str, person: str, kind: DutyKind, *, words: str, now: datetime
) -> None:
    """Let `transaction` (rows `duty-<kind>`, `duty-line`) raise a duty; one that is there is renewed."""
    put(transaction, community, Duty(kind=kind, about=person, words=words[:1000], since=now))


def put(transaction: Transaction, community: str, duty: Duty) -> None:
    """The same, of a duty. Those of whom somebody is to be told fall due at once."""
    row = DutyRow(
        *DutyRow.key(community, duty.kind, duty.about),
        duty=duty,
        queue=staff_queue(community),
        place=duty.place,
        **DutyRow.timed(duty.about, duty.since if duty.kind in TELLS else None),
    )
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
) -> None:
    """Let `transaction` (rows `duty-<kind>`, `duty-line`) settle a duty, whether it is there or not."""
    gone(transaction, community, person, kind)
    entry = Entry(at=now, what="duty_settled", by=by, actor=actor, words=_said(kind, words))
    _line(transaction, community, person, kind, entry)


def gone(transaction: Transaction, community: str, person: str, kind: DutyKind) -> None:
    """Let `transaction` (row `duty-<kind>`) remove a duty of which another line of the timeline tells."""
    transaction.delete(f"duty-{kind}", DutyRow(*DutyRow.key(community, kind, person)))


def none_left(transaction: Transaction, community: str, person: str) -> None:
    """Let `transaction` remove all duties about somebody who is not watched over any more."""
    for kind in get_args(DutyKind):
        gone(transaction, community, person, kind)


def _said(kind: DutyKind, words: str) -> str:
    return f"{kind.replace('_', ' ')}: {words}"[:1000] if words else kind.replace("_", " ")


def _line(transaction: Transaction, community: str, person: str, kind: DutyKind, entry: Entry) -> None:
    transaction.put("duty-line", EntryRow.of(community, person, entry, f"{entry.what}-{kind}"))
