"""The lock of a fault, its spells, and the ticket about it: together, once per event."""

from datetime import datetime, timedelta

from pynamodb.attributes import BooleanAttribute

from functions.maintenance.proactive_ticket.domain import Fault, closes_itself
from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets import store as tickets
from functions.maintenance.tickets.moves import SYSTEM, Move
from functions.maintenance.tickets.rows import LockRow
from linli.events import Event
from linli.ids import new_id
from linli.lifetimes import Lifetime
from linli.tables import ConditionsFailed, Row, SeenRow, Transaction, read, until_it_holds


class EpisodeRow(Row, discriminator="fault_episode"):
    """`<community>#episode#<asset>` / `<fault>#<episode>`: whether a spell is over, in whatever order."""

    KEPT = Lifetime("{}", timedelta(days=30))

    ended = BooleanAttribute()

    @staticmethod
    def key(community: str, fault: Fault) -> tuple[str, str]:
        """Where a spell of a fault is."""
        return f"{community}#episode#{fault.asset}", f"{fault.fault}#{fault.episode}"


def raised(community: str, fault: Fault, reported: Reported, event: Event) -> str:
    """Open the fault's ticket, or count one more word of it. Returns the outcome."""
    return until_it_holds(lambda: _raised(community, fault, reported, event), tickets.RACES)


def _raised(community: str, fault: Fault, reported: Reported, event: Event) -> str:
    key = LockRow.key(community, fault.asset, fault.fault)
    lock, now = read([key]).one(LockRow, key), event.time
    try:
        if lock is not None and not lock.released:
            _count(community, lock, fault, event)
            return "counted"
        ticket = new_id(now)
        step, _ = tickets.opened(community, ticket, reported, now)

        def with_lock(transaction: Transaction) -> None:
            row = LockRow(*key, ticket_id=ticket, episode=fault.episode, told=1, last_seen=fault.at)
            free = Row.pk.does_not_exist() | (LockRow.released == True)  # noqa: E712  builds a condition
            transaction.put("lock", row, free)
            _once(transaction, community, fault, event, ended=False)

        tickets.save(step, f"{event.source}:{event.id}", now, with_lock)
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
    as_read = (LockRow.ticket_id == lock.ticket_id) & (LockRow.told == lock.told)
    transaction = Transaction()
    transaction.update("lock", lock, actions, as_read & (LockRow.released == False))  # noqa: E712
    _once(transaction, community, fault, event, ended=False)
    transaction.commit()


def ended(community: str, fault: Fault, event: Event) -> str:
    """Close the fault's ticket if nobody has accepted it, else tell whoever has. Returns the outcome."""
    return until_it_holds(lambda: _ended(community, fault, event), tickets.RACES)


def _ended(community: str, fault: Fault, event: Event) -> str:
    key, spell = LockRow.key(community, fault.asset, fault.fault), EpisodeRow.key(community, fault)
    known = spell in read([spell])  # before the lock: whoever begins the spell writes both
    lock = read([key]).one(LockRow, key)
    try:
        if lock is None or lock.released or lock.episode != fault.episode:
            transaction = Transaction()
            _once(transaction, community, fault, event, ended=True, unheard_of=not known)
            transaction.commit()
            return "nothing_open"
        step = tickets.load(community, lock.ticket_id).step()
        itself = closes_itself(step.ticket)
        move = Move(command="cancel", note="the fault is over") if itself else _TOLD
        step.move(move, SYSTEM, event.time)
        attempt = f"{event.source}:{event.id}"
        tickets.save(step, attempt, event.time, lambda one: _once(one, community, fault, event, ended=True))
    except ConditionsFailed as failed:
        if "seen" in failed.rows:
            return "duplicate"
        raise
    return "closed" if itself else "noted"


_TOLD = Move(command="note", note="the device reports that the fault is over")


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
    row = EpisodeRow(*EpisodeRow.key(community, fault), ended=ended, ttl=_kept_until(event.time))
    goes_on = EpisodeRow.pk.does_not_exist() | (EpisodeRow.ended == False)  # noqa: E712  builds a condition
    still_unheard_of = EpisodeRow.pk.does_not_exist() if unheard_of else None
    transaction.put("episode", row, still_unheard_of if ended else goes_on)


def _kept_until(at: datetime) -> int:
    return EpisodeRow.KEPT.until(at)
