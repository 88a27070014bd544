"""Duties as they are kept. Of a kind there is one for a person or a device, gone when it is settled."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

from linli.errors import Conflict, NotFound
from linli.escalation.duties.models import Duty
from linli.escalation.duties.rows import DutyRow, SettledRow
from linli.escalation.models import Entry
from linli.escalation.rows import EntryRow, staff_queue
from linli.escalation.tasks import change_due
from linli.instants import to_text
from linli.tables import Transaction, read, until_it_holds

AGAIN = timedelta(minutes=5)
Word = TypeVar("Word", bound=str)


@dataclass(frozen=True, slots=True)
class Duties(Generic[Word]):
    """How a service keeps its duties: all kinds that there are, and the kinds of rows."""

    kinds: tuple[Word, ...]
    rows: type[DutyRow]
    entries: type[EntryRow]


def put_duty(duties: Duties[Any], transaction: Transaction, community: str, duty: Duty) -> None:
    """Let `transaction` (rows `duty-<kind>`, `duty-line`) raise this duty; one that is there is renewed.

    A duty of which somebody is to be told falls due at once.

    An urgent duty that is renewed keeps its turn among staff, and the time at which they are told again.
    """
    kind = duties.rows
    key, queue = kind.key(community, duty.kind, duty.about), staff_queue(community)
    timed = kind.timed(duty.about, duty.since if duty.kind in duty.TELLS else None)
    if duty.is_urgent:
        actions = [
            kind.kind.set(kind),
            kind.duty.set(duty),
            kind.queue.set(queue),
            kind.place.set(duty.place),
            kind.due_shard.set(timed["due_shard"]),
            kind.due_at.set(kind.due_at | timed["due_at"]),
        ]
        transaction.update(f"duty-{duty.kind}", kind(*key), actions)
    else:
        row = kind(*key, duty=duty, queue=queue, place=duty.place, **timed)
        transaction.put(f"duty-{duty.kind}", row)
    entry = Entry(at=duty.since, what="duty_raised", words=_said(duty.kind, duty.words))
    _line(duties, transaction, community, (duty.kind, duty.about), entry)


def settle_duty(
    duties: Duties[Word],
    transaction: Transaction,
    community: str,
    about: str,
    kind: Word,
    *,
    now: datetime,
    by: str = "system",
    actor: str | None = None,
    words: str = "",
    seen: Duty | None = None,
) -> None:
    """Let `transaction` (rows `duty-<kind>`, `duty-line`) settle a duty, whether it is there or not.

    `seen`: as somebody has seen it; the transaction fails when it has been renewed since, or settled.
    """
    drop_duty(duties, transaction, community, about, kind, seen=seen)
    entry = Entry(at=now, what="duty_settled", by=by, actor=actor, words=_said(kind, words))
    _line(duties, transaction, community, (kind, about), entry)


def drop_duty(
    duties: Duties[Word],
    transaction: Transaction,
    community: str,
    about: str,
    kind: Word,
    *,
    seen: Duty | None = None,
) -> None:
    """Let `transaction` (row `duty-<kind>`) remove a duty of which another line of the timeline tells.

    `seen`: only if it is there, as somebody has seen it.
    """
    as_seen = duties.rows.place == seen.place if seen else None
    transaction.delete(f"duty-{kind}", duties.rows(*duties.rows.key(community, kind, about)), as_seen)


def drop_duties(duties: Duties[Any], transaction: Transaction, community: str, about: str) -> None:
    """Let `transaction` remove all duties about somebody, or something, that is looked after no more."""
    for kind in duties.kinds:
        drop_duty(duties, transaction, community, about, kind)


def _said(kind: str, words: str) -> str:
    return f"{kind.replace('_', ' ')}: {words}"[:1000] if words else kind.replace("_", " ")


def _line(
    duties: Duties[Any], transaction: Transaction, community: str, duty: tuple[str, str], entry: Entry
) -> None:
    kind, about = duty
    key = "-".join(filter(None, (entry.what, kind, entry.actor)))
    transaction.put("duty-line", duties.entries.of(community, about, entry, key))


def settle(
    duties: Duties[Any],
    community: str,
    row: tuple[str, str],
    note: str,
    *,
    since: datetime,
    by: tuple[str, str],
    now: datetime,
) -> None:
    """Somebody (`by`: who, and as what) settles a duty (its kind, and whom it is about) as it was seen, once.
    Who asks again has settled it.

    Raises NotFound, or Conflict when somebody else has settled it, or when it has come up again, with the
    present `since`.
    """
    (kind, about), (person, capacity) = row, by
    settled_key = SettledRow.key(community, kind, about, to_text(since))
    duty_key = duties.rows.key(community, kind, about)

    def attempt() -> None:
        rows = read([settled_key, duty_key])
        if settled := rows.one(SettledRow, settled_key):
            if (settled.by, settled.note) == (person, note):
                return
            raise Conflict("settled_already", settled_by=settled.by, settled_at=to_text(settled.at))
        found = rows.one(duties.rows, duty_key)
        if found is None:
            raise NotFound
        duty = found.duty
        if duty.since != since:
            again = to_text(duty.since)
            raise Conflict("another_than_seen", {"since": again}, since=again)
        transaction = Transaction()
        transaction.create("settled", SettledRow.of(settled_key, person, note, now))
        settle_duty(
            duties,
            transaction,
            community,
            about,
            duty.kind,
            now=now,
            by=capacity,
            actor=person,
            words=note,
            seen=duty,
        )
        transaction.commit()

    until_it_holds(attempt)


def told(row: DutyRow, now: datetime, *, done: bool) -> Literal["told", "nobody_told"]:
    """Whoever could be told has been (`done`: somebody was): an urgent duty is told of until it is settled,
    others a few times until somebody has been reached. It stays in the staff queue anyway, renewed or not
    meanwhile.
    """
    attempts = int(row.attempts) + 1
    kind, over = type(row), row.duty.is_told(attempts, done=done)
    due = row.no_longer_due() if over else [kind.due_at.set(now + AGAIN)]
    change_due(row, [kind.attempts.set(attempts), *due])
    return "told" if done else "nobody_told"
