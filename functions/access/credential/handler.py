"""Credentials: enrol, list, revoke; a resident's own QR code."""

from chalice.app import Blueprint

from functions.access.credential import store
from functions.access.credential.models import (
    EnrolledCredential,
    EnrolledCredentials,
    Enrolment,
    QrCode,
    QrWanted,
)
from linli.errors import Forbidden
from linli.http import Nothing, Request, route
from linli.permissions import Permission

blueprint = Blueprint(__name__)
OF_PERSON = "/communities/{community}/people/{person}/credentials"


@route(blueprint, "POST", OF_PERSON, Permission.CHANGE_CREDENTIALS, body=Enrolment, status=201)
def enrol_credential(request: Request[Enrolment, Nothing]) -> EnrolledCredential:
    """Enrol a credential for a resident."""
    return store.enrol(request.tenant, request.path["person"], request.body)


@route(blueprint, "GET", OF_PERSON, Permission.READ_CREDENTIALS)
def list_credentials(request: Request[Nothing, Nothing]) -> EnrolledCredentials:
    """A person's credentials: one's own, or anybody's for those who may enrol."""
    if request.path["person"] != request.person and not request.may(Permission.CHANGE_CREDENTIALS):
        raise Forbidden
    return EnrolledCredentials(items=store.of_person(request.tenant, request.path["person"]))


@route(blueprint, "DELETE", OF_PERSON + "/{credential}", Permission.CHANGE_CREDENTIALS)
def revoke_credential(request: Request[Nothing, Nothing]) -> None:
    """Revoke a credential; the next pass with it is refused."""
    store.revoke(request.tenant, request.path["person"], request.path["credential"])


@route(blueprint, "POST", "/communities/{community}/qr_codes", Permission.SHOW_QR, body=QrWanted, status=201)
def show_qr_code(request: Request[QrWanted, Nothing]) -> QrCode:
    """A resident's own code for one pass."""
    return store.show_qr(request.tenant, request.person, request.body.gates, request.creation)
