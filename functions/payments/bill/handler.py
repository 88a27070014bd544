"""Bills: take in, list, show."""

from chalice.app import Blueprint

from functions.payments import permissions
from functions.payments.bill import store
from functions.payments.bill.models import DuesAsked
from functions.payments.dues.models import Due
from linli.cursors import Page
from linli.http import Nothing, Request, route
from linli.queues import Received, bus_queue
from linli.vocabulary.utilities import BillIssued

blueprint = Blueprint(__name__)
DUES = "/communities/{community}/dues"


@bus_queue(blueprint)
def bill(received: Received[BillIssued]) -> str:
    """A home owes something."""
    return store.take_in(received.fact, received.delivery.first_at)


@route(blueprint, "GET", DUES, permissions.READ_DUES, query=DuesAsked)
def list_dues(request: Request[Nothing, DuesAsked]) -> Page[Due]:
    """What one's own home has to pay and has paid; for those who run the community, any home's or all."""
    may = request.may(permissions.READ_ALL_DUES)
    return store.dues(request.tenant, request.person, request.query, request.now, all_of_them=may)


@route(blueprint, "GET", DUES + "/{bill}", permissions.READ_DUES)
def show_due(request: Request[Nothing, Nothing]) -> Due:
    """One bill, and whether it has been paid."""
    may = request.may(permissions.READ_ALL_DUES)
    return store.due(request.tenant, request.path["bill"], request.person, any_of_them=may)
