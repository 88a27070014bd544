"""Door events by gate and time; an entry also goes onto the pass it completes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from functions.access.credentials.store import write_standing
from functions.access.door_event.domain import closed_at, ends, facts_of, moment_of, once_through
from functions.access.door_event.models import DoorEvent, DoorRecord
from functions.access.gates.moments import Moment
from functions.access.gates.rows import GateRow
from functions.access.holders.rows import HolderRow
from functions.access.passes.rows import EntryRow, PassRow
from linli.contracts import shown_as
from linli.cursors import Page, PageQuery, page_of
from linli.device_messages import LONGEST_OFFLINE, DeviceMessage
from linli.errors import NotFound
from linli.events import Fact
from linli.identities import EffectRow, Identity
from linli.instants import to_text
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import InstantAttribute, Rows, Transaction, as_read, expired, read, until_it_holds

RETENTION = LONGEST_OFFLINE
MOST_LATER = 50  # of what a door did since, when a late word says that it is held open
ENTRIES_NOTED = timedelta(hours=1)  # how often a gate's row is written since its door tells entries


class DoorEventRow(EffectRow, discriminator="door_event"):
    """The same message is the same row.

    What the door of a dead clock did is under our time instead, and its message is known by a ToldRow.
    """

    KEPT = Lifetime("{}", LONGEST_OFFLINE)
    PERSONAL = NOBODY
    key = Key("{community}#door#{gate}", "{occurred_at}#{event_id}")

    gate = UnicodeAttribute()
    event_id = UnicodeAttribute()
    id_reused = BooleanAttribute(default=False)
    door = UnicodeAttribute()
    happened_at = InstantAttribute(null=True)
    occurred_at = InstantAttribute()
    received_at = InstantAttribute()
    clock_off = BooleanAttribute()
    pass_event_id = UnicodeAttribute(null=True)


class ToldRow(EffectRow, discriminator="door_told"):
    """What a dead clock told has been kept."""

    KEPT = Lifetime("{}", LONGEST_OFFLINE)
    PERSONAL = NOBODY
    key = Key("{community}#door-told#{gate}", "{occurred_at}#{event_id}")


@dataclass(frozen=True, slots=True)
class Told:
    """What the gate is told."""

    outcome: str
    id_reused: bool = False


def record(message: DeviceMessage[DoorEvent]) -> Told:
    """Keep a door event once, with the alarm it raises or the pass it completes.

    An entry whose pass we do not know is kept all the same, where an offline pass that comes later finds it.
    """
    return until_it_holds(lambda: _attempt(message))


def _attempt(message: DeviceMessage[DoorEvent]) -> Told:
    timeless = message.timeless(RETENTION)
    identity = Identity.of(
        message.body.event_id, message.body, came_at=message.received_at if timeless else None
    )
    key = _keys(message)
    gate_key = GateRow.key(message.community, message.device)
    rows = read([*identity.keys(key), gate_key, *_first_pass(message)])
    if earlier := identity.earlier(rows, EffectRow, key):
        return Told("duplicate", "~" in str(earlier.sk))
    place = identity.place(rows, key)
    transaction = Transaction()
    row = _row(message, place)
    row.digest, row.came_at = identity.digest, identity.came_at
    transaction.create("door", row)
    if timeless:
        told = ToldRow(*key(place), digest=identity.digest, came_at=identity.came_at, ttl=row.ttl)
        transaction.create("told", told)
    cause = f"door_event/{message.community}/{message.device}/{place}"
    gate = rows.one(GateRow, gate_key)
    facts = [*facts_of(message), *_closing(transaction, message, gate)]
    transaction.publish(facts, cause, message.received_at)
    outcome: str = message.body.door
    if message.body.pass_event_id is not None:
        outcome = _enter(transaction, message, rows, message.body.pass_event_id)
        _note(transaction, gate, moment_of(message).at)
    transaction.commit()
    return Told(outcome, row.id_reused)


def _keys(message: DeviceMessage[DoorEvent]) -> Callable[[str], RowKey]:
    kind = ToldRow if message.timeless(RETENTION) else DoorEventRow
    at = to_text(message.body.occurred_at)
    return lambda one: kind.key(message.community, message.device, at, one)


def _first_pass(message: DeviceMessage[DoorEvent]) -> list[RowKey]:
    named = message.body.pass_event_id
    return [PassRow.key(message.community, message.device, named)] if named else []


def _row(message: DeviceMessage[DoorEvent], place: str) -> DoorEventRow:
    event, at = message.body, moment_of(message)
    shelved_at = at.at if message.timeless(RETENTION) else at.shown_at
    return DoorEventRow(
        *DoorEventRow.key(message.community, message.device, to_text(shelved_at), place),
        gate=message.device,
        event_id=event.event_id,
        id_reused=place != event.event_id,
        door=event.door,
        happened_at=at.at,
        occurred_at=event.occurred_at,
        received_at=message.received_at,
        clock_off=message.timeless(RETENTION),
        pass_event_id=event.pass_event_id,
        ttl=DoorEventRow.KEPT.until(message.received_at),
    )


def _closing(transaction: Transaction, message: DeviceMessage[DoorEvent], gate: GateRow | None) -> list[Fact]:
    """Remember since when a door is held open, and tell when it closes: at once where that was told before.

    A closing that comes at the very moment of the alarm may miss it; the door's next one does not.
    """
    at = moment_of(message).at
    if message.body.door == "held_open":
        closed = _closed_since(message)
        if closed is not None:
            return [closed_at(message, closed)]
        if gate is not None and (gate.held_open_at is None or gate.held_open_at < at):
            transaction.update("gate", gate, [GateRow.held_open_at.set(at)], GateRow.pk.exists())
    elif gate is not None and ends(message, gate.held_open_at):
        same = GateRow.held_open_at == gate.held_open_at
        transaction.update("gate", gate, [GateRow.held_open_at.remove()], same)
        return [closed_at(message, at)]
    return []


def _closed_since(message: DeviceMessage[DoorEvent]) -> datetime | None:
    """When the door closed first after what a late message tells of, as far as it has told that."""
    partition = DoorEventRow.key.partition(message.community, message.device)
    later = DoorEventRow.sk > to_text(moment_of(message).shown_at)
    rows = DoorEventRow.query(partition, later, limit=MOST_LATER, page_size=MOST_LATER)
    times = (row.happened_at or row.occurred_at for row in rows if row.door == "closed")
    return next((each for each in times if each >= moment_of(message).at), None)


def _enter(transaction: Transaction, message: DeviceMessage[DoorEvent], rows: Rows, named: str) -> str:
    """Complete the pass it names, once; leave the entry for one that is yet to be told."""
    community, gate, entered = message.community, message.device, moment_of(message)
    first = rows.one(PassRow, PassRow.key(community, gate, named))
    passes = [one for one in _passes(community, gate, first) if _moment(one).leads_to(entered)]
    if not passes:
        _leave(transaction, message, first, named)
        return "entered_without_pass"
    found = next((one for one in passes if one.entered_at is None), None)
    if found is None:
        return "entered_again"
    actions = [PassRow.entered_at.set(entered.at)]
    transaction.update("pass", found, actions, PassRow.pk.exists() & PassRow.entered_at.does_not_exist())
    holder = HolderRow.key(community, str(found.holder).partition("#")[2])
    standing = read([holder]).one(HolderRow, holder) if found.awaited else None
    after = once_through(standing.standing if standing else None, found.awaited)
    if standing and after:
        write_standing(transaction, community, standing.standing, after)
    return "entered"


def _passes(community: str, gate: str, first: PassRow | None) -> list[PassRow]:
    """The granted passes that an id stands for, the newest first: it may have been used again."""
    latest = _pass_at(community, gate, first.latest) if first else None
    named = [one for one in (latest, first) if one is not None and one.verdict == "granted"]
    passed = [_pass_at(community, gate, one.same_as) if one.same_as else one for one in named]
    return [one for one in passed if one is not None]


def _pass_at(community: str, gate: str, place: str | None) -> PassRow | None:
    key = PassRow.key(community, gate, place or "")
    return read([key]).one(PassRow, key) if place else None


def _moment(row: PassRow) -> Moment:
    return Moment(row.decided_at, row.occurred_at)


def _leave(
    transaction: Transaction, message: DeviceMessage[DoorEvent], first: PassRow | None, named: str
) -> None:
    """Leave the entry where its pass will find it, unless that comes at this very moment."""
    community, gate, entered = message.community, message.device, moment_of(message)
    entry = EntryRow(
        *EntryRow.key(community, gate, named),
        event_id=message.body.event_id,
        entered_at=entered.at,
        occurred_at=entered.shown_at,
        ttl=EntryRow.KEPT.until(message.received_at),
    )
    transaction.put("entry", entry)
    known = as_read(PassRow, first, "latest")
    transaction.check("pass", PassRow, PassRow.key(community, gate, named), known)


def _note(transaction: Transaction, gate: GateRow | None, at: datetime) -> None:
    """Remember that the gate's door tells who goes through."""
    if gate and (gate.entry_told_at is None or at - gate.entry_told_at >= ENTRIES_NOTED):
        transaction.update("gate", gate, [GateRow.entry_told_at.set(at)], GateRow.pk.exists())


def door_events(community: str, gate: str, query: PageQuery, now: datetime) -> Page[DoorRecord]:
    """A gate's door events, newest first. Raises NotFound for a gate that nobody knows."""
    partition = DoorEventRow.key.partition(community, gate)
    page = page_of(DoorEventRow, partition, query, lambda row: _shown(row, now), newest_first=True)
    key = GateRow.key(community, gate)
    if not page.items and key not in read([key]):
        raise NotFound
    return page


def _shown(row: DoorEventRow, now: datetime) -> DoorRecord | None:
    if expired(row, now):
        return None
    return shown_as(DoorRecord, row, happened_at=row.happened_at or row.occurred_at)
