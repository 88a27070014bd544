"""People: parse → save or show."""

from chalice.app import Blueprint

from functions.directory import permissions
from functions.directory.people import store as people
from functions.directory.person import store
from functions.directory.person.models import Me, MePatch, PeopleAsked, Person, PersonRecord
from linli.cursors import Page
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
PEOPLE = "/communities/{community}/people"
PERSON = "/communities/{community}/people/{person}"


@route(blueprint, "PUT", PERSON, permissions.CHANGE_PEOPLE, body=PersonRecord)
def put_person(request: Request[PersonRecord, Nothing]) -> Person:
    """A manager writes down how to reach a person."""
    return store.save(request.tenant, request.path["person"], request.body)


@route(blueprint, "GET", PERSON, permissions.READ_PEOPLE)
def get_person(request: Request[Nothing, Nothing]) -> Person:
    """A community's record of a person."""
    return store.load(request.tenant, request.path["person"])


@route(blueprint, "DELETE", PERSON, permissions.CHANGE_PEOPLE)
def delete_person(request: Request[Nothing, Nothing]) -> None:
    """A manager removes the record of who is no member; a member's goes when the membership ends."""
    people.forget(request.tenant, request.path["person"])


@route(blueprint, "GET", PEOPLE, permissions.READ_PEOPLE, query=PeopleAsked)
def list_people(request: Request[Nothing, PeopleAsked]) -> Page[Person]:
    """A community's address book, or whose a phone is."""
    return store.people(request.tenant, request.query)


@route(blueprint, "GET", "/me", permissions.READ_SELF)
def get_me(request: Request[Nothing, Nothing]) -> Me:
    """Who the caller is, and what they are to whom."""
    return store.me(request.person, request.identity, request.grants)


@route(blueprint, "PATCH", "/me", permissions.CHANGE_SELF, body=MePatch)
def patch_me(request: Request[MePatch, Nothing]) -> Me:
    """The caller says which language they want to be told in."""
    return store.change_me(request.person, request.identity, request.grants, request.body, request.now)
