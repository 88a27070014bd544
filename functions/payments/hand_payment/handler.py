"""Payments by hand: enter, list."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.hand_payment import store
from functions.payments.hand_payment.models import HandPayment, HandPaymentView
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
HAND_PAYMENTS = "/communities/{community}/hand_payments"


@route(
    blueprint,
    "POST",
    HAND_PAYMENTS,
    permissions.TAKE_PAYMENTS,
    body=HandPayment,
    status=201,
    needs_key=True,
)
def take_payment(request: Request[HandPayment, Nothing]) -> HandPaymentView:
    """Enter what was taken in cash or came by transfer; once for a key."""
    return store.enter(request.tenant, request.person, request.body, request.creation)


@route(blueprint, "GET", HAND_PAYMENTS, permissions.READ_ALL_PAYMENTS, query=PageQuery)
def list_hand_payments(request: Request[Nothing, PageQuery]) -> Page[HandPaymentView]:
    """What was taken by hand, by whom, the last first."""
    return store.taken_by_hand(request.tenant, request.query)
