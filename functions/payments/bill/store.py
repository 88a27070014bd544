"""Dues: bills to pay, taken in once."""

from datetime import datetime

from functions.payments import ledger
from functions.payments.bill.models import DuesAsked
from functions.payments.homes import homes_of
from functions.payments.orders import Due
from functions.payments.tables import DueRow, EntryRow
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, page_of, page_of_several
from linli.errors import Conflict, NotFound
from linli.events import BillIssued
from linli.tables import ConditionsFailed, Transaction, find, read


def take_in(fact: BillIssued, now: datetime) -> str:
    """Keep a bill that is to be paid, and book what the home owes: `now`, when we hear of it, so that a bill
    which comes late, or out of a dead-letter queue, changes no month that is closed. Returns the outcome.

    A bill over nothing is paid as it is. Raises Conflict for another bill under the same id.
    """
    due = Due(
        bill=fact.bill,
        home=fact.home,
        period=fact.period,
        amount_fen=fact.amount_fen,
        issued_at=fact.issued_at,
        due_at=fact.due_at,
        state="open" if fact.amount_fen else "paid",
    )
    zone = communities.known(read([CommunityRow.key(fact.community)]), fact.community).time_zone
    transaction = Transaction()
    row = DueRow(
        *DueRow.key(fact.community, due.bill),
        due=due,
        shelf=DueRow.of_home(fact.community, due.home),
        shelved_at=due.issued_at,
        standing=DueRow.in_state(fact.community, due.state),
    )
    transaction.create("due", row)
    if due.amount_fen:
        entry = ledger.issued(due.bill, due.amount_fen, now)
        transaction.create("entry", EntryRow.of(fact.community, entry, zone))
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        there = failed.one(DueRow, "due")
        if there is not None and there.due != due:
            raise Conflict("another bill has this id") from failed
        return "duplicate"
    return "owed" if due.amount_fen else "nothing_to_pay"


def dues(community: str, person: str, asked: DuesAsked, *, all_of_them: bool) -> Page[Due]:
    """The dues of a home or of all one's own, the last first, or all of the community's in a state.

    Raises InvalidCursor, and NotFound for another home than one's own.
    """
    own = None if all_of_them else homes_of(community, person)
    if own is not None and asked.home is not None and asked.home not in own:
        raise NotFound
    homes = own if asked.home is None else [asked.home]
    if homes is not None:
        shelves = [DueRow.of_home(community, home) for home in homes]
        return page_of_several(DueRow.by_shelf, shelves, asked, _shown, lambda row: row.shelved_at)
    return page_of(DueRow.by_state, DueRow.in_state(community, asked.state), asked, _shown)


def due(community: str, bill: str, person: str, *, any_of_them: bool) -> Due:
    """One of them. Raises NotFound, for another home's as well."""
    found = find(DueRow, DueRow.key(community, bill)).now
    if not any_of_them and found.home not in homes_of(community, person):
        raise NotFound
    return found


def _shown(row: DueRow) -> Due:
    return row.now
