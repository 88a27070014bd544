"""Personal data: ask all services → keep what they answer → show how far it is, and the copy."""

from datetime import datetime
from typing import Any

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.personal_data import store
from functions.directory.personal_data.domain import Asking
from functions.directory.personal_data.models import (
    OwnData,
    PersonalRequest,
    PersonalRequests,
    RequestNoted,
)
from linli.cursors import Page, PageQuery
from linli.errors import NotFound
from linli.http import Nothing, Request, route
from linli.personal.models import Asks
from linli.personal.store import see_to
from linli.queues import Received, bus_queue
from linli.vocabulary.directory import DirectoryAnswered, PersonExportAsked, PersonForgettingAsked

blueprint = Blueprint(__name__)
OF_PERSON = "/communities/{community}/people/{person}/forgetting"
Told = PersonExportAsked | PersonForgettingAsked | store.Answering


@bus_queue(blueprint, batch_size=1, timeout_s=120)
def personal_data(received: Received[Told]) -> str:
    """What is asked of the directory itself, and what each service has answered."""
    match received.fact:
        case PersonExportAsked() | PersonForgettingAsked():
            return see_to(received, DirectoryAnswered, _leave)
        case _:
            return store.note_answer(received.fact, received.delivery.first_at)


def _leave(community: str, person: str, now: datetime) -> None:
    """The membership ended when it was asked for; should that have been cut short, it does now."""
    store.leave(community, person, now)


@route(blueprint, "POST", "/me/exports", permissions.ASK_FOR_OWN_DATA, body=OwnData, status=202)
def ask_for_copy(request: Request[OwnData, Nothing]) -> PersonalRequest:
    """A copy of what a community's services know of the caller; it is made within minutes."""
    return _ask("export", request)


@route(blueprint, "GET", "/me/exports", permissions.READ_SELF)
def list_copies(request: Request[Nothing, Nothing]) -> PersonalRequests:
    """The copies that the caller has asked for."""
    return store.of_person("export", request.person, _where(request), request.now)


@route(blueprint, "GET", "/me/exports/{request}", permissions.ASK_FOR_OWN_DATA)
def show_copy(request: Request[Nothing, Nothing]) -> PersonalRequest:
    """A copy, and once it is made where it can be fetched: a zip with a file for each service."""
    return store.one_of("export", request.person, request.path["request"], _where(request), request.now)


@route(blueprint, "POST", "/me/forgetting", permissions.ASK_FOR_OWN_DATA, body=OwnData, status=202)
def ask_to_be_forgotten(request: Request[OwnData, Nothing]) -> PersonalRequest:
    """Forget the caller in a community: they are no member from now on; services begin some minutes later."""
    return _ask("forgetting", request)


@route(blueprint, "GET", "/me/forgetting", permissions.READ_SELF)
def list_forgettings(request: Request[Nothing, Nothing]) -> PersonalRequests:
    """In which communities the caller is being forgotten, what was done, and what law keeps."""
    return store.of_person("forgetting", request.person, _where(request), request.now)


@route(blueprint, "POST", OF_PERSON, permissions.FORGET_PEOPLE, status=202)
def forget_person(request: Request[Nothing, Nothing]) -> PersonalRequest:
    """A manager has somebody forgotten who asked on paper, or has gone."""
    asking = Asking("forgetting", request.tenant, request.path["person"], request.person)
    return store.ask(asking, request.creation.id, request.now)


@route(blueprint, "GET", OF_PERSON, permissions.FORGET_PEOPLE)
def show_forgetting(request: Request[Nothing, Nothing]) -> PersonalRequest:
    """How far the forgetting of somebody is, for who runs the community."""
    return store.of_member("forgetting", request.tenant, request.path["person"], request.now)


@route(
    blueprint,
    "GET",
    "/communities/{community}/personal_requests",
    permissions.FORGET_PEOPLE,
    query=PageQuery,
)
def list_requests(request: Request[Nothing, PageQuery]) -> Page[RequestNoted]:
    """Which requests there have been, who wrote them down and when they were done: of whom is not kept."""
    return store.noted(request.tenant, request.query)


def _ask(asks: Asks, request: Request[OwnData, Nothing]) -> PersonalRequest:
    where, community = _where(request), request.body.community
    if where is not None and community not in where:
        raise NotFound
    asking = Asking(asks, community, request.person, store.THEMSELF)
    return store.ask(asking, request.creation.id, request.now)


def _where(request: Request[Any, Nothing]) -> frozenset[str] | None:
    """An identity that was linked speaks for the communities that did it, and no other."""
    return None if request.identity in {"", request.person} else frozenset(request.grants["communities"])
