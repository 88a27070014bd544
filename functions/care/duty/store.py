"""The staff queue, duties settled by hand, and the roster."""

from datetime import datetime

from functions.care.calling.rows import AlertRow
from functions.care.duty.models import Roster, Rostered, RosterLine, Settled, Waiting
from functions.care.tending.rows import DutyRow
from functions.care.tending.store import DUTIES
from functions.care.timeline.models import Capacity
from functions.care.watching import store as watching
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict
from linli.escalation.duties import store as duties
from linli.escalation.roster import OnDuty
from linli.escalation.rows import QueueRow, RosterRow, staff_queue
from linli.tables import Transaction, find


def waiting(community: str, query: PageQuery) -> Page[Waiting]:
    """What staff have to see to, the most urgent first."""
    return page_of(QueueRow.by_queue, staff_queue(community), query, _waiting)


def _waiting(row: QueueRow) -> Waiting | None:
    if isinstance(row, DutyRow):
        duty = row.duty
        return Waiting(kind=duty.kind, about=duty.about, words=duty.words, since=duty.since)
    if isinstance(row, AlertRow):
        alert = row.alert
        return Waiting(
            kind="alert",
            about=alert.person,
            words=alert.words,
            since=alert.opened_at,
            alert=alert.alert,
            state=alert.state,
            emergency=alert.emergency,
            unanswered=alert.unanswered_since is not None,
        )
    return None


def settle(
    community: str, row: tuple[str, str], how: Settled, by: tuple[str, Capacity], now: datetime
) -> None:
    """Settle a duty (its kind, and whom it is about) as it was seen. Raises NotFound and Conflict."""
    duties.settle(DUTIES, community, row, how.note, since=how.since, by=by, now=now)


def roster(community: str) -> Roster:
    """Who is on the roster."""
    rows = RosterRow.query(RosterRow.key.partition(community), consistent_read=True)
    return Roster(items=[_line(row.on_duty) for row in rows])


def enrol(community: str, person: str, wanted: Rostered) -> RosterLine:
    """Put somebody on the roster, or change their line.

    Raises UnknownPerson, and Conflict when the directory gives them other roles: they would stand there and
    never be called.
    """
    if wanted.capacity not in watching.roles_of(community, person):
        raise Conflict("not_their_capacity", {"capacity": wanted.capacity})
    on_duty = OnDuty(person=person, **dict(wanted))
    transaction = Transaction()
    transaction.put("roster", RosterRow(*RosterRow.key(community, person), on_duty=on_duty))
    transaction.commit()
    return _line(on_duty)


def strike(community: str, person: str) -> None:
    """Take somebody off the roster. Raises NotFound."""
    row = find(RosterRow, RosterRow.key(community, person))
    transaction = Transaction()
    transaction.delete("roster", RosterRow(row.pk, row.sk))
    transaction.commit()


def _line(on_duty: OnDuty) -> RosterLine:
    return RosterLine(**dict(on_duty))
