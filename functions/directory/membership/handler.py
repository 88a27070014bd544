"""Memberships: parse → load → change → save and publish."""

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.membership import store
from functions.directory.membership.models import MembershipGiven, MembershipPatch, MembershipShown
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
MEMBERSHIPS = "/communities/{community}/memberships"
MEMBERSHIP = "/communities/{community}/memberships/{person}"


@route(blueprint, "PUT", MEMBERSHIP, permissions.CHANGE_PEOPLE, body=MembershipGiven)
def put_membership(request: Request[MembershipGiven, Nothing]) -> MembershipShown:
    """A manager gives a person roles in the community; homes of which nothing is said stay."""
    return store.give(request.tenant, request.path["person"], request.body, request.now)


@route(blueprint, "PATCH", MEMBERSHIP, permissions.CHANGE_PEOPLE, body=MembershipPatch)
def patch_membership(request: Request[MembershipPatch, Nothing]) -> MembershipShown:
    """A manager changes roles or homes of a member, and nothing else."""
    return store.give(request.tenant, request.path["person"], request.body, request.now)


@route(blueprint, "DELETE", MEMBERSHIP, permissions.CHANGE_PEOPLE)
def delete_membership(request: Request[Nothing, Nothing]) -> None:
    """A manager takes all of a person's roles in the community; the record goes with them."""
    store.end(request.tenant, request.path["person"], request.now)


@route(blueprint, "GET", MEMBERSHIPS, permissions.READ_PEOPLE, query=PageQuery)
def list_memberships(request: Request[Nothing, PageQuery]) -> Page[MembershipShown]:
    """Who is what in the community, and where they live."""
    return store.members(request.tenant, request.query)
