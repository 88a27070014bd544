"""Visitor passes: invite, show, list, withdraw."""

from chalice.app import Blueprint

from functions.access import permissions
from functions.access.invitations.models import Invitation
from functions.access.visitor_pass import store
from functions.access.visitor_pass.models import Invited
from linli.cursors import Page, PageQuery
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
INVITATIONS = "/communities/{community}/invitations"
ONE = INVITATIONS + "/{invitation}"


@route(blueprint, "POST", INVITATIONS, permissions.INVITE_VISITOR, body=Invitation, status=201)
def invite_visitor(request: Request[Invitation, Nothing]) -> Invited:
    """Invite a visitor; the answer holds the text of the QR code to send on."""
    return store.invite(request.tenant, request.person, request.body, request.creation)


@route(blueprint, "GET", INVITATIONS, permissions.INVITE_VISITOR, query=PageQuery)
def list_invitations(request: Request[Nothing, PageQuery]) -> Page[Invited]:
    """One's own invitations."""
    return store.invitations(request.tenant, request.person, request.query, request.now)


@route(blueprint, "GET", ONE, permissions.INVITE_VISITOR)
def show_invitation(request: Request[Nothing, Nothing]) -> Invited:
    """One of one's own invitations."""
    return store.find(request.tenant, request.person, request.path["invitation"])


@route(blueprint, "DELETE", ONE, permissions.INVITE_VISITOR)
def withdraw_invitation(request: Request[Nothing, Nothing]) -> None:
    """Withdraw an invitation; its code no longer opens."""
    store.withdraw(request.tenant, request.person, request.path["invitation"])
