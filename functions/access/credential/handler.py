"""Credentials: enrol, list, revoke; a resident's own QR code."""

from typing import Any

from chalice.app import Blueprint

from functions.access import permissions
from functions.access.credential import store
from functions.access.credential.models import (
    EnrolledCredential,
    EnrolledCredentials,
    Enrolment,
    QrCode,
    QrWanted,
    Revocation,
)
from functions.access.credentials.models import Consent
from linli.cursors import Page, PageQuery
from linli.errors import Forbidden
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
OF_PERSON = "/communities/{community}/people/{person}/credentials"
CONSENTS = "/communities/{community}/people/{person}/consents"


@route(blueprint, "POST", OF_PERSON, permissions.CHANGE_CREDENTIALS, body=Enrolment, status=201)
def enrol_credential(request: Request[Enrolment, Nothing]) -> EnrolledCredential:
    """Enrol a credential for a resident."""
    wanted = store.Wanted(request.tenant, request.path["person"], request.body, request.person, request.now)
    return store.enrol(wanted)


@route(blueprint, "GET", OF_PERSON, permissions.READ_CREDENTIALS)
def list_credentials(request: Request[Nothing, Nothing]) -> EnrolledCredentials:
    """A person's credentials: one's own, or anybody's for those who may enrol."""
    return store.of_person(request.tenant, _own_or_any(request), request.now)


@route(blueprint, "DELETE", OF_PERSON + "/{credential}", permissions.REVOKE_CREDENTIALS, query=Revocation)
def revoke_credential(request: Request[Nothing, Revocation]) -> None:
    """Revoke a credential, or withdraw one's own face; the next pass with it is refused."""
    person, credential = _own_or_any(request), request.path["credential"]
    lost, now = request.query.lost, request.now
    if request.person == person:
        any_kind = request.may(permissions.CHANGE_CREDENTIALS)
        store.revoke_own(request.tenant, person, credential, now, of_any_kind=any_kind, lost=lost)
    else:
        store.revoke(request.tenant, person, credential, now, lost=lost)


@route(blueprint, "GET", CONSENTS, permissions.READ_CREDENTIALS, query=PageQuery)
def list_consents(request: Request[Nothing, PageQuery]) -> Page[Consent]:
    """To what a person has consented: one's own, or anybody's for those who may enrol."""
    return store.consents(request.tenant, _own_or_any(request), request.query, request.now)


@route(blueprint, "DELETE", CONSENTS + "/{consent}", permissions.REVOKE_CREDENTIALS)
def withdraw_consent(request: Request[Nothing, Nothing]) -> Consent:
    """Withdraw one's consent, or write down that somebody has; its faces open nothing any more."""
    person, consent = _own_or_any(request), request.path["consent"]
    return store.withdraw(request.tenant, person, consent, request.person, request.now)


@route(blueprint, "POST", "/communities/{community}/qr_codes", permissions.SHOW_QR, body=QrWanted, status=201)
def show_qr_code(request: Request[QrWanted, Nothing]) -> QrCode:
    """A resident's own code for one pass."""
    return store.show_qr(request.tenant, request.person, request.body.gates, request.creation)


def _own_or_any(request: Request[Any, Any]) -> str:
    """The person of the path. Raises Forbidden for another's than one's own to those who may not enrol."""
    person = request.path["person"]
    if person != request.person and not request.may(permissions.CHANGE_CREDENTIALS):
        raise Forbidden
    return person
