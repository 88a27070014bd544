"""Refunds: ask for, end by hand, list; send to the provider."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.books.orders import Refund
from functions.payments.refund import store
from functions.payments.refund.models import RefundEnding, RefundsAsked, RefundWanted
from linli.cursors import Page
from linli.http import Nothing, Request, route
from linli.queues import Received, bus_queue
from linli.vocabulary.payments import RefundRequested

blueprint = Blueprint(__name__)
REFUNDS = "/communities/{community}/payment_intents/{intent}/refunds"


@bus_queue(blueprint, timeout_s=60, batch_size=1, tries=10)
def refund(received: Received[RefundRequested]) -> str:
    """Money is to go back."""
    return store.send(received.fact, received.delivery.first_at)


@route(blueprint, "POST", REFUNDS, permissions.REFUND, body=RefundWanted, status=201, needs_key=True)
def request_refund(request: Request[RefundWanted, Nothing]) -> Refund:
    """Give a payment back, in part or all that is left; once for a key."""
    return store.request(
        request.tenant, request.path["intent"], request.body, request.person, request.creation
    )


@route(
    blueprint,
    "POST",
    f"{REFUNDS}/{{refund}}/end",
    permissions.REFUND,
    body=RefundEnding,
    needs_key=True,
)
def end_refund(request: Request[RefundEnding, Nothing]) -> Refund:
    """End a refund that is stuck at its provider: the payer has the money, or it is asked for anew."""
    where = request.path["intent"], request.path["refund"]
    return store.end(request.tenant, where, request.body, request.person, request.creation)


@route(blueprint, "GET", REFUNDS, permissions.READ_PAYMENTS)
def list_refunds_of_intent(request: Request[Nothing, Nothing]) -> Page[Refund]:
    """What went back of a payment, or is on its way."""
    may = request.may(permissions.READ_ALL_PAYMENTS)
    return store.refunds_of(request.tenant, request.path["intent"], request.person, any_of_them=may)


@route(
    blueprint, "GET", "/communities/{community}/refunds", permissions.READ_ALL_PAYMENTS, query=RefundsAsked
)
def list_refunds(request: Request[Nothing, RefundsAsked]) -> Page[Refund]:
    """The community's refunds in a state."""
    return store.refunds(request.tenant, request.query)
