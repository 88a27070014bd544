"""Ticket rates: read the counts → show the rates."""

from chalice.app import Blueprint

from functions.maintenance import permissions
from functions.maintenance.ticket_rates import store
from functions.maintenance.ticket_rates.domain import rates
from functions.maintenance.ticket_rates.models import Rates, RatesQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(
    blueprint,
    "GET",
    "/communities/{community}/ticket_rates",
    permissions.READ_TICKET_RATES,
    query=RatesQuery,
)
def show_rates(request: Request[Nothing, RatesQuery]) -> Rates:
    """How many were responded to, resolved and satisfied in a month."""
    return rates(request.query.month, store.counts(request.tenant, request.query.month))
