"""Hotline: Open311 GeoReport v2 → tickets, and their state back."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalice.app import Blueprint
from pydantic import ValidationError

from functions.maintenance.hotline import store
from functions.maintenance.hotline.domain import CONTENT_TYPES, Form, problem_of, rendered, services
from functions.maintenance.hotline.models import Accepted, Arguments, RequestQuery, RequestWanted
from functions.maintenance.hotlines import Hotline, known
from linli.contracts import Contract
from linli.errors import InvalidRequest, LinliError, NotFound
from linli.public_routes import Call, PublicView, Reply, public_route

blueprint = Blueprint(__name__)
ROOT = "/open311/v2"
CALLER = "a hotline, by the API key that its tenant issued (GeoReport v2, `api_key`)"
Wanted = TypeVar("Wanted", bound=Arguments)


def _form(call: Call) -> Form:
    return "xml" if (call.path + call.parameters.get("request", "")).endswith(".xml") else "json"


def _reply(call: Call, items: Sequence[Contract], root: str, each: str, status: int = 200) -> Reply:
    form = _form(call)
    return Reply(rendered(items, form, root, each), CONTENT_TYPES[form], status)


def _refuse(call: Call, error: LinliError) -> Reply:
    return _reply(call, [problem_of(error)], "errors", "error", error.status.value)


def _anybody(_call: Call) -> None:
    return None


def _verify(call: Call) -> Hotline:
    return known(call.query.get("api_key") or call.form.get("api_key") or "")


def _arguments(call: Call, model: type[Wanted]) -> Wanted:
    try:
        return model.model_validate({**call.query, **call.form})
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error


@public_route(
    blueprint,
    "GET",
    f"{ROOT}/services.json",
    f"{ROOT}/services.xml",
    caller="anybody: the list is the same for all, and GeoReport asks for no key here",
    verify=_anybody,
    refuse=_refuse,
)
def list_services(call: Call, _anybody: None) -> Reply:
    """What can be requested."""
    return _reply(call, services(), "services", "service")


def open311(method: str, *paths: str) -> Callable[[PublicView[Hotline]], PublicView[Hotline]]:
    """A route of GeoReport, guarded by the hotline's key."""
    declared = [f"{ROOT}/{path}" for path in paths]
    return public_route(blueprint, method, *declared, caller=CALLER, verify=_verify, refuse=_refuse)


@open311("GET", "requests.json", "requests.xml")
def list_requests(call: Call, hotline: Hotline) -> Reply:
    """The hotline's own requests."""
    query = _arguments(call, RequestQuery)
    return _reply(call, store.requests(hotline, query, call.now), "service_requests", "request")


@open311("POST", "requests.json", "requests.xml")
def create_request(call: Call, hotline: Hotline) -> Reply:
    """Make a request."""
    wanted = _arguments(call, RequestWanted)
    creation = call.creation(hotline.tenant, f"{hotline.scope}-{hotline.hotline}", "open311")
    ticket = store.create(hotline, wanted, creation)
    return _reply(call, [Accepted(service_request_id=ticket)], "service_requests", "request", 201)


@open311("GET", "requests/{request}")
def show_request(call: Call, hotline: Hotline) -> Reply:
    """One of the hotline's own requests, `<id>.json` or `<id>.xml`."""
    request, _, form = call.parameters["request"].rpartition(".")
    if form not in CONTENT_TYPES:
        raise NotFound
    return _reply(call, [store.find(hotline, request)], "service_requests", "request")
