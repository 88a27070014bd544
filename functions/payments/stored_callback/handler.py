"""Stored callbacks: list, show, replay."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.stored_callback import store
from functions.payments.stored_callback.models import CallbacksAsked, CallbackView
from linli.cursors import Page
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
INBOX = "/communities/{community}/inbox"


@route(blueprint, "GET", INBOX, permissions.READ_INBOX, query=CallbacksAsked)
def list_callbacks(request: Request[Nothing, CallbacksAsked]) -> Page[CallbackView]:
    """The callbacks in a state, or those refused on a day."""
    return store.callbacks(request.tenant, request.query)


@route(blueprint, "GET", INBOX + "/{callback}", permissions.READ_INBOX)
def show_callback(request: Request[Nothing, Nothing]) -> CallbackView:
    """One callback that was accepted."""
    return store.callback(request.tenant, request.path["callback"])


@route(blueprint, "POST", INBOX + "/{callback}/replay", permissions.REPLAY_INBOX)
def replay_callback(request: Request[Nothing, Nothing]) -> CallbackView:
    """Settle a stored callback anew; of one that has had its effect nothing changes."""
    return store.replay(request.tenant, request.path["callback"], request.now)
