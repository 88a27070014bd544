"""Hotline keys: issue, list, revoke; for a community or a sub-district."""

from chalice.app import Blueprint

from functions.maintenance import permissions
from functions.maintenance.hotline_key import store
from functions.maintenance.hotline_key.models import HotlineIssued, HotlineListed, HotlineWanted
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
OF_COMMUNITY = "/communities/{community}/hotlines"
OF_DISTRICT = "/sub_districts/{sub_district}/hotlines"


@route(blueprint, "POST", OF_COMMUNITY, permissions.CHANGE_HOTLINES, body=HotlineWanted, status=201)
def issue_key(request: Request[HotlineWanted, Nothing]) -> HotlineIssued:
    """Let a hotline report in this community."""
    return store.issue("community", request.tenant, request.body, request.creation)


@route(blueprint, "GET", OF_COMMUNITY, permissions.CHANGE_HOTLINES, query=PageQuery)
def list_hotlines(request: Request[Nothing, PageQuery]) -> Page[HotlineListed]:
    """The community's hotlines."""
    return store.hotlines("community", request.tenant, request.query)


@route(blueprint, "DELETE", OF_COMMUNITY + "/{hotline}", permissions.CHANGE_HOTLINES)
def revoke_key(request: Request[Nothing, Nothing]) -> None:
    """Revoke a hotline's key; its next request is refused."""
    store.revoke("community", request.tenant, request.path["hotline"], request.now)


@route(blueprint, "POST", OF_DISTRICT, permissions.CHANGE_DISTRICT_HOTLINES, body=HotlineWanted, status=201)
def issue_district_key(request: Request[HotlineWanted, Nothing]) -> HotlineIssued:
    """Let a hotline report in every community of the sub-district."""
    return store.issue("sub_district", request.tenant, request.body, request.creation)


@route(blueprint, "GET", OF_DISTRICT, permissions.CHANGE_DISTRICT_HOTLINES, query=PageQuery)
def list_district_hotlines(request: Request[Nothing, PageQuery]) -> Page[HotlineListed]:
    """The sub-district's hotlines."""
    return store.hotlines("sub_district", request.tenant, request.query)


@route(blueprint, "DELETE", OF_DISTRICT + "/{hotline}", permissions.CHANGE_DISTRICT_HOTLINES)
def revoke_district_key(request: Request[Nothing, Nothing]) -> None:
    """Revoke a sub-district's hotline's key."""
    store.revoke("sub_district", request.tenant, request.path["hotline"], request.now)
