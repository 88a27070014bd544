"""Tariffs: set, list."""

from chalice.app import Blueprint

from functions.utilities import permissions
from functions.utilities.tariff import store
from functions.utilities.tariffs.models import Tariff
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
TARIFFS = "/communities/{community}/tariffs"


@route(blueprint, "POST", TARIFFS, permissions.CHANGE_TARIFFS, body=Tariff, status=201)
def set_tariff(request: Request[Tariff, Nothing]) -> Tariff:
    """Set the price of a medium from a day on. Medium and day are its natural key."""
    return store.set_tariff(request.tenant, request.body)


@route(blueprint, "GET", TARIFFS, permissions.READ_TARIFFS, query=PageQuery)
def list_tariffs(request: Request[Nothing, PageQuery]) -> Page[Tariff]:
    """The community's tariffs, past and to come."""
    return store.tariffs(request.tenant, request.query)
