"""Dues: bills to pay, taken in once."""

from datetime import datetime

from functions.payments.bill.models import DuesAsked
from functions.payments.books import ledger
from functions.payments.books.rows import EntryRow
from functions.payments.dues.credits.store import offset
from functions.payments.dues.models import Due
from functions.payments.dues.rows import DueRow
from functions.payments.households.store import living_of, may_see, remember_payers
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, page_of, page_of_several
from linli.errors import Conflict, NotFound
from linli.observability import about
from linli.tables import ConditionsFailed, Transaction, find, read
from linli.vocabulary.utilities import BillIssued


def take_in(fact: BillIssued, now: datetime) -> str:
    """Keep a bill that is to be paid, and book what the home owes: `now`, when we hear of it, so that a bill
    which comes late, or out of a dead-letter queue, changes no month that is closed. Returns the outcome.

    A bill over nothing is paid as it is; one below nothing is a credit, which pays what it covers whole and
    lowers what is paid next. Raises Conflict for another bill under the same id.
    """
    about(fact.community, "bill", fact.bill)
    due = Due(
        bill=fact.bill,
        home=fact.home,
        period=fact.period,
        amount_fen=fact.amount_fen,
        issued_at=fact.issued_at,
        due_at=fact.due_at,
        state="open" if fact.amount_fen else "paid",
        payers=None if fact.payers is None else tuple(fact.payers),
        first_day=fact.first_day,
        last_day=fact.last_day,
        corrections=tuple(fact.corrections),
    )
    zone = communities.known(read([CommunityRow.key(fact.community)]), fact.community).time_zone
    outcome = _kept(fact.community, due, zone, now)
    remember_payers(fact.community, due)
    if offset(fact.community, due.home, now, find(DueRow, DueRow.key(fact.community, due.bill)).now):
        return "offset" if outcome != "duplicate" else outcome
    return outcome


def _kept(community: str, due: Due, zone: str, now: datetime) -> str:
    transaction = Transaction()
    row = DueRow(
        *DueRow.key(community, due.bill),
        due=due,
        shelf=DueRow.of_home(community, due.home),
        shelved_at=due.due_at,
        standing=DueRow.standing_of(community, due),
    )
    transaction.create("due", row)
    if due.amount_fen:
        transaction.create(
            "entry", EntryRow.of(community, ledger.issued(due.bill, due.amount_fen, now), zone)
        )
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        there = failed.one(DueRow, "due")
        if there is not None and there.due != due:
            raise Conflict("another_bill") from failed
        return "duplicate"
    return "owed" if due.amount_fen > 0 else "credited" if due.amount_fen else "nothing_to_pay"


def dues(community: str, person: str, asked: DuesAsked, now: datetime, *, all_of_them: bool) -> Page[Due]:
    """A home's dues, or those of all homes of a person, the last first; or all dues of a community in a
    state, by when they are due.

    Raises InvalidCursor, and NotFound for another home than one's own.
    """
    living = None if all_of_them else living_of(community, person)
    own = None if all_of_them else living.billed if living else []
    if own is not None and asked.home is not None and asked.home not in own:
        raise NotFound
    homes = own if asked.home is None else [asked.home]
    if homes is not None:
        lives_in = living.places if living else []

        def of_one(row: DueRow) -> Due | None:
            found = row.now
            sees = all_of_them or found.is_of(person, lives_in)
            return found if sees and asked.fits(found, now) else None

        shelves = [DueRow.of_home(community, home) for home in homes]
        return page_of_several(DueRow.by_shelf, shelves, asked, of_one, lambda row: row.shelved_at)
    state = asked.state or "open"
    standing = DueRow.in_state(community, "paid" if state == "paid" else "open")
    within = DueRow.shelved_at < now if state == "overdue" else None
    return page_of(
        DueRow.by_state,
        standing,
        asked,
        lambda row: row.now if asked.fits(row.now, now) else None,
        within=within,
    )


def due(community: str, bill: str, person: str, *, any_of_them: bool) -> Due:
    """A bill that a person may see. Raises NotFound, also for somebody else's bill."""
    found = find(DueRow, DueRow.key(community, bill)).now
    if not any_of_them and not may_see(community, person, found):
        raise NotFound
    return found
