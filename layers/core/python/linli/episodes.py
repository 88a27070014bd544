"""Episodes: one open thing per (asset, fault), however often the fault is told, in whatever order.

A lock holds what is open about a fault, with a count and when it was last seen; each spell of the fault has a
row of its own, so that an end that overtakes its beginning opens nothing. What is open belongs to the service
that calls: a ticket, an alarm. It writes its own rows in the transaction that it is handed.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Literal, TypeVar

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from linli.events import Event
from linli.faults import Fault
from linli.ids import new_id
from linli.keys import Key, RowKey
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import ConditionsFailed, InstantAttribute, Row, SeenRow, Transaction, read, until_it_holds

Also = Callable[[Transaction], None]
Closed = TypeVar("Closed", bound=str)


class LockRow(Row, discriminator="lock"):
    """The one open thing about a fault of an asset, how often told, when last."""

    KEPT = Lifetime("for ever, one per fault")
    PERSONAL = NOBODY
    key = Key("{community}#lock#{asset}", "{fault}")

    thing = UnicodeAttribute(attr_name="ticket_id")
    episode = UnicodeAttribute()
    told = NumberAttribute()
    last_seen = InstantAttribute()
    released = BooleanAttribute(default=False)


class EpisodeRow(Row, discriminator="fault_episode"):
    """Whether a spell of a fault is over, in whatever order it is told."""

    KEPT = Lifetime("{}", timedelta(days=30))
    PERSONAL = NOBODY
    key = Key("{community}#episode#{asset}", "{fault}#{episode}")

    ended = BooleanAttribute()

    @classmethod
    def where(cls, community: str, fault: Fault) -> RowKey:
        """Where a spell of a fault is."""
        return cls.key(community, fault.asset, fault.fault, fault.episode)


def lock_of(community: str, asset: str, fault: str) -> LockRow | None:
    """What is open about a fault, or was last."""
    key = LockRow.key(community, asset, fault)
    return read([key]).one(LockRow, key)


def hold(transaction: Transaction, lock: tuple[str, str], thing: str, *, is_open: bool) -> None:
    """Write along that a thing is open, or is no more; the condition `lock` fails once it is another's."""
    released = LockRow.released.set(not is_open)
    transaction.update("lock", LockRow(*lock), [released], LockRow.thing == thing)


def begin(
    community: str, fault: Fault, event: Event, open_it: Callable[[str, Also], object], races: int
) -> Literal["opened", "counted", "duplicate", "ended_before"]:
    """Open something about a fault that `event` tells of, or count one more word of what is open.

    `open_it` is given the id of the new thing and what to write along with it. Raises Unavailable after
    losing so many races.
    """
    return until_it_holds(lambda: _begin(community, fault, event, open_it), races)


def _begin(
    community: str, fault: Fault, event: Event, open_it: Callable[[str, Also], object]
) -> Literal["opened", "counted", "duplicate", "ended_before"]:
    lock, thing = lock_of(community, fault.asset, fault.fault), new_id(event.time)

    def with_lock(transaction: Transaction) -> None:
        key = LockRow.key(community, fault.asset, fault.fault)
        row = LockRow(*key, thing=thing, episode=fault.episode, told=1, last_seen=fault.at)
        free = Row.pk.does_not_exist() | (LockRow.released == True)  # noqa: E712  builds a condition
        transaction.put("lock", row, free)
        _once(transaction, community, fault, event, ended=False)

    try:
        if lock is not None and not lock.released:
            _count(community, lock, fault, event)
            return "counted"
        open_it(thing, with_lock)
    except ConditionsFailed as failed:
        if "seen" in failed.rows:
            return "duplicate"
        if "episode" in failed.rows:
            return "ended_before"
        raise
    return "opened"


def _count(community: str, lock: LockRow, fault: Fault, event: Event) -> None:
    actions = [
        LockRow.told.add(1),
        LockRow.last_seen.set(max(lock.last_seen, fault.at)),
        LockRow.episode.set(fault.episode if fault.at >= lock.last_seen else lock.episode),
    ]
    as_read = (LockRow.thing == lock.thing) & (LockRow.told == lock.told)
    transaction = Transaction()
    transaction.update("lock", lock, actions, as_read & (LockRow.released == False))  # noqa: E712
    _once(transaction, community, fault, event, ended=False)
    transaction.commit()


def end(
    community: str, fault: Fault, event: Event, close_it: Callable[[str, Also], Closed], races: int
) -> Closed | Literal["nothing_open", "duplicate"]:
    """Let `close_it` do what the end of a spell means for what is open about it; nothing if that is another.

    It is given the thing's id and what to write along, and returns the outcome. Raises Unavailable after
    losing so many races.
    """
    return until_it_holds(lambda: _end(community, fault, event, close_it), races)


def _end(
    community: str, fault: Fault, event: Event, close_it: Callable[[str, Also], Closed]
) -> Closed | Literal["nothing_open", "duplicate"]:
    spell = EpisodeRow.where(community, fault)
    known = spell in read([spell])  # before the lock: whoever begins the spell writes both
    lock = lock_of(community, fault.asset, fault.fault)
    try:
        if lock is None or lock.released or lock.episode != fault.episode:
            transaction = Transaction()
            _once(transaction, community, fault, event, ended=True, unheard_of=not known)
            transaction.commit()
            return "nothing_open"
        return close_it(lock.thing, lambda one: _once(one, community, fault, event, ended=True))
    except ConditionsFailed as failed:
        if "seen" in failed.rows:
            return "duplicate"
        raise


def _once(
    transaction: Transaction,
    community: str,
    fault: Fault,
    event: Event,
    *,
    ended: bool,
    unheard_of: bool = False,
) -> None:
    transaction.create("seen", SeenRow.of(community, event, event.time))
    row = EpisodeRow(*EpisodeRow.where(community, fault), ended=ended, ttl=EpisodeRow.KEPT.until(event.time))
    goes_on = EpisodeRow.pk.does_not_exist() | (EpisodeRow.ended == False)  # noqa: E712  builds a condition
    still_unheard_of = EpisodeRow.pk.does_not_exist() if unheard_of else None
    transaction.put("episode", row, still_unheard_of if ended else goes_on)
