"""Requests about one's data: ask all services → show how far it is, and the copy."""

from typing import Any

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.personal_request.models import Forgetting, OwnData
from functions.directory.requests import store as requests
from functions.directory.requests.models import PersonalRequest, PersonalRequests, RequestNoted
from functions.directory.requests.progress import Asking
from linli.cursors import Page, PageQuery
from linli.errors import NotFound
from linli.http import Nothing, Request, route
from linli.personal.models import Asks

blueprint = Blueprint(__name__)
OF_PERSON = "/communities/{community}/people/{person}/forgetting"
NOTED = "/communities/{community}/personal_requests"


@route(blueprint, "POST", "/me/exports", permissions.ASK_FOR_OWN_DATA, body=OwnData, status=202)
def ask_for_copy(request: Request[OwnData, Nothing]) -> PersonalRequest:
    """A copy of what a community's services know of the caller; it is made within minutes."""
    return _ask("export", request)


@route(blueprint, "GET", "/me/exports", permissions.READ_SELF)
def list_copies(request: Request[Nothing, Nothing]) -> PersonalRequests:
    """The copies that the caller has asked for."""
    return requests.of_person("export", request.person, _where(request), request.now)


@route(blueprint, "GET", "/me/exports/{request}", permissions.ASK_FOR_OWN_DATA)
def show_copy(request: Request[Nothing, Nothing]) -> PersonalRequest:
    """A copy, and once it is made where it can be fetched: a zip with a file for each service."""
    return requests.one_of("export", request.person, request.path["request"], _where(request), request.now)


@route(blueprint, "POST", "/me/forgetting", permissions.ASK_FOR_OWN_DATA, body=OwnData, status=202)
def ask_to_be_forgotten(request: Request[OwnData, Nothing]) -> PersonalRequest:
    """Forget the caller in a community: they are no member from now on; services begin some minutes later."""
    return _ask("forgetting", request)


@route(blueprint, "GET", "/me/forgetting", permissions.READ_SELF)
def list_forgettings(request: Request[Nothing, Nothing]) -> PersonalRequests:
    """In which communities the caller is being forgotten, what was done, and what law keeps."""
    return requests.of_person("forgetting", request.person, _where(request), request.now)


@route(blueprint, "POST", OF_PERSON, permissions.FORGET_PEOPLE, body=Forgetting, status=202)
def forget_person(request: Request[Forgetting, Nothing]) -> PersonalRequest:
    """A manager has somebody forgotten who asked on paper, or has gone."""
    person, by = request.path["person"], request.person
    asking = Asking("forgetting", request.tenant, person, by, request.body.again)
    return requests.ask(asking, request.creation.id, request.now)


@route(blueprint, "GET", OF_PERSON, permissions.FORGET_PEOPLE)
def show_forgetting(request: Request[Nothing, Nothing]) -> PersonalRequest:
    """How far the forgetting of somebody is, for who runs the community."""
    return requests.of_member("forgetting", request.tenant, request.path["person"], request.now)


@route(blueprint, "GET", NOTED, permissions.FORGET_PEOPLE, query=PageQuery)
def list_requests(request: Request[Nothing, PageQuery]) -> Page[RequestNoted]:
    """Which requests there have been, who wrote them down and when they were done: of whom is not kept."""
    return requests.noted(request.tenant, request.query)


def _ask(asks: Asks, request: Request[OwnData, Nothing]) -> PersonalRequest:
    where, community = _where(request), request.body.community
    if where is not None and community not in where:
        raise NotFound
    asking = Asking(asks, community, request.person, requests.THEMSELF)
    return requests.ask(asking, request.creation.id, request.now)


def _where(request: Request[Any, Nothing]) -> frozenset[str] | None:
    """An identity that was linked speaks for the communities that did it, and no other."""
    return None if request.identity in {"", request.person} else frozenset(request.grants["communities"])
