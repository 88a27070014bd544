"""Community: parse → load → change → save and publish."""

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.community import store
from functions.directory.community.models import Community, CommunityCreated, CommunityPatch
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)


@route(
    blueprint,
    "POST",
    "/companies/{company}/communities",
    permissions.CREATE_COMMUNITY,
    body=CommunityCreated,
    status=201,
)
def create_community(request: Request[CommunityCreated, Nothing]) -> Community:
    """An operator registers a community of their company."""
    return store.add(request.tenant, request.body, request.creation)


@route(blueprint, "GET", "/communities/{community}", permissions.READ_COMMUNITY)
def get_community(request: Request[Nothing, Nothing]) -> Community:
    """A community as it stands."""
    return store.load(request.tenant)


@route(blueprint, "PATCH", "/communities/{community}", permissions.CHANGE_COMMUNITY, body=CommunityPatch)
def change_community(request: Request[CommunityPatch, Nothing]) -> Community:
    """A manager or operator changes a community."""
    return store.change(request.tenant, request.body, request.now)
