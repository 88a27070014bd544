"""Identities: link, unlink, list."""

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.identities import store as identities
from functions.directory.identity import store
from functions.directory.identity.models import Identities, Identity, IdentityGiven
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
IDENTITIES = "/communities/{community}/people/{person}/identities"
IDENTITY = "/communities/{community}/people/{person}/identities/{identity}"


@route(blueprint, "POST", IDENTITIES, permissions.CHANGE_PEOPLE, body=IdentityGiven)
def link_identity(request: Request[IdentityGiven, Nothing]) -> Identity:
    """A manager says that what an issuer calls somebody is a member. Said again it stands as it was."""
    return store.link(request.tenant, request.path["person"], request.body, request.person, request.now)


@route(blueprint, "DELETE", IDENTITY, permissions.CHANGE_PEOPLE)
def unlink_identity(request: Request[Nothing, Nothing]) -> None:
    """A manager takes it back: within five minutes its tokens open nothing here."""
    identities.unlink(request.tenant, request.path["person"], request.path["identity"])


@route(blueprint, "GET", IDENTITIES, permissions.READ_PEOPLE)
def list_identities(request: Request[Nothing, Nothing]) -> Identities:
    """The identities that this community has linked to a person."""
    return store.linked(request.tenant, request.path["person"])
