"""Signals: what a meter's readings say is wrong."""

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.households.store import meter_seen_by
from functions.utilities.signal import store
from functions.utilities.signal.models import Signals
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(blueprint, "GET", "/communities/{community}/meters/{meter}/signals", permissions.READ_CONSUMPTION)
def list_signals(request: Request[Nothing, Nothing]) -> Signals:
    """A meter's episodes: of one's own home, or of any for those who look after them."""
    may = request.may(permissions.READ_ALL_CONSUMPTION)
    meter, stays = meter_seen_by(request.tenant, request.path["meter"], request.person, all_of_them=may)
    return store.of_meter(request.tenant, meter, stays)
