"""The ledger: entries and balances of a month."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.books.ledger import Entry
from functions.payments.ledger_entry import store
from functions.payments.ledger_entry.models import Balances, BalancesAsked, EntriesAsked
from linli.cursors import Page
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
COMMUNITY = "/communities/{community}"


@route(blueprint, "GET", COMMUNITY + "/ledger_entries", permissions.READ_LEDGER, query=EntriesAsked)
def list_entries(request: Request[Nothing, EntriesAsked]) -> Page[Entry]:
    """A month's entries, in the order they were booked."""
    return store.entries(request.tenant, request.query)


@route(blueprint, "GET", COMMUNITY + "/ledger_balances", permissions.READ_LEDGER, query=BalancesAsked)
def show_balances(request: Request[Nothing, BalancesAsked]) -> Balances:
    """What a month's entries add up to, by account."""
    return store.balances_of(request.tenant, request.query.month)
