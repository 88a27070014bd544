"""Payment intents: open, list, show; receipts."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.payment_intent import store
from functions.payments.payment_intent.models import (
    IntentsAsked,
    IntentView,
    IntentWanted,
    Receipt,
    shown,
)
from linli.cursors import Page
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
INTENTS = "/communities/{community}/payment_intents"


@route(blueprint, "POST", INTENTS, permissions.PAY, body=IntentWanted, status=201)
def open_intent(request: Request[IntentWanted, Nothing]) -> IntentView:
    """Order a bill at a provider; again gives the order that is open."""
    return store.open_intent(request.tenant, request.person, request.body, request.creation)


@route(blueprint, "GET", INTENTS, permissions.READ_PAYMENTS, query=IntentsAsked)
def list_intents(request: Request[Nothing, IntentsAsked]) -> Page[IntentView]:
    """One's own payments; for those who run the community, a payer's."""
    may = request.may(permissions.READ_ALL_PAYMENTS)
    return store.intents(request.tenant, request.person, request.query, all_of_them=may)


@route(blueprint, "GET", INTENTS + "/{intent}", permissions.READ_PAYMENTS)
def show_intent(request: Request[Nothing, Nothing]) -> IntentView:
    """One payment, and how far it is."""
    may = request.may(permissions.READ_ALL_PAYMENTS)
    intent = request.path["intent"]
    return shown(store.intent_seen_by(request.tenant, intent, request.person, any_of_them=may))


@route(blueprint, "GET", "/communities/{community}/receipts/{receipt}", permissions.READ_PAYMENTS)
def show_receipt(request: Request[Nothing, Nothing]) -> Receipt:
    """A receipt, by its number."""
    may = request.may(permissions.READ_ALL_PAYMENTS)
    return store.receipt(request.tenant, request.path["receipt"], request.person, any_of_them=may)
