"""Entries of a month, and what they add up to."""

from functions.payments.books.ledger import Entry, balances
from functions.payments.books.rows import EntryRow
from functions.payments.ledger_entry.models import Balances, EntriesAsked
from linli.cursors import Page, page_of


def entries(community: str, asked: EntriesAsked) -> Page[Entry]:
    """A month's entries. Raises InvalidCursor."""
    return page_of(EntryRow, EntryRow.key.partition(community, asked.month), asked, lambda row: row.entry)


def balances_of(community: str, month: str) -> Balances:
    """A month's balances, added up from all of its entries."""
    found = [
        row.entry for row in EntryRow.query(EntryRow.key.partition(community, month), consistent_read=True)
    ]
    accounts = balances(found)
    return Balances(month=month, entries=len(found), accounts=accounts, total_fen=sum(accounts.values()))
