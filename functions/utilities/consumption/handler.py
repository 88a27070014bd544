"""Consumption: by meter, by home, by community."""

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.consumption import store
from functions.utilities.consumption.models import Consumption, MonthAsked, MonthsAsked, RegisterMonth
from functions.utilities.households.store import meter_seen_by
from linli.cursors import Page
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
OF_METER = "/communities/{community}/meters/{meter}/consumption"


@route(blueprint, "GET", OF_METER, permissions.READ_CONSUMPTION, query=MonthsAsked)
def show_meter_consumption(request: Request[Nothing, MonthsAsked]) -> Consumption:
    """A meter's consumption by day and month: one's own home's, or any for those who look after them."""
    may = request.may(permissions.READ_ALL_CONSUMPTION)
    meter, stays = meter_seen_by(request.tenant, request.path["meter"], request.person, all_of_them=may)
    return store.of_meters(request.tenant, [meter], request.query, stays)


@route(
    blueprint,
    "GET",
    "/communities/{community}/consumption",
    permissions.READ_CONSUMPTION,
    query=MonthAsked,
)
def list_consumption(request: Request[Nothing, MonthAsked]) -> Page[RegisterMonth]:
    """A month of one's own homes, of one's own days there, or of all for those who look after them."""
    if request.may(permissions.READ_ALL_CONSUMPTION):
        return store.of_community(request.tenant, request.query)
    return store.of_homes(request.tenant, request.person, request.query)
