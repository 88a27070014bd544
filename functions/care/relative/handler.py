"""Relatives: how somebody of one's family is."""

from chalice.app import Blueprint

from functions.care import permissions
from functions.care.relative import store
from functions.care.relative.models import Relatives, RelativeSeen
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
RELATIVES = "/communities/{community}/relatives"


@route(blueprint, "GET", RELATIVES, permissions.READ_RELATIVE)
def list_relatives(request: Request[Nothing, Nothing]) -> Relatives:
    """Those of whom the caller is family."""
    return store.of(request.tenant, request.person)


@route(blueprint, "GET", RELATIVES + "/{person}", permissions.READ_RELATIVE)
def show_relative(request: Request[Nothing, Nothing]) -> RelativeSeen:
    """How a relative is, and nothing else."""
    return store.find(request.tenant, request.path["person"], request.person)
