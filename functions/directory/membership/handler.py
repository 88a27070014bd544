"""Memberships: parse → load → change → save and publish."""

from chalice.app import Blueprint

from functions.directory.membership import store
from functions.directory.membership.models import Membership, MembershipGiven
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route
from linli.permissions import Permission

blueprint = Blueprint(__name__)
MEMBERSHIPS = "/communities/{community}/memberships"
MEMBERSHIP = "/communities/{community}/memberships/{person}"


@route(blueprint, "PUT", MEMBERSHIP, Permission.CHANGE_PEOPLE, body=MembershipGiven)
def put_membership(request: Request[MembershipGiven, Nothing]) -> Membership:
    """A manager gives a person roles in the community."""
    return store.give(request.tenant, request.path["person"], request.body, request.now)


@route(blueprint, "DELETE", MEMBERSHIP, Permission.CHANGE_PEOPLE)
def delete_membership(request: Request[Nothing, Nothing]) -> None:
    """A manager takes all of a person's roles in the community."""
    store.end(request.tenant, request.path["person"], request.now)


@route(blueprint, "GET", MEMBERSHIPS, Permission.READ_PEOPLE, query=PageQuery)
def list_memberships(request: Request[Nothing, PageQuery]) -> Page[Membership]:
    """Who is what in the community."""
    return store.members(request.tenant, request.query)
