"""Hotline: Open311 GeoReport v2 → tickets, and their state back."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from chalice.app import Blueprint

from functions.maintenance.hotline import domain, models, store
from functions.maintenance.hotline.models import Jurisdiction
from functions.maintenance.hotlines.store import Hotline, known
from linli.api_keys import key_in
from linli.contracts import Contract
from linli.errors import LinliError, NotFound
from linli.public_routes import Call, PublicView, Reply, public_route

blueprint = Blueprint(__name__)
LARGEST_UPLOAD = 4 * 1024 * 1024  # a form with photos; as base64 it still fits into what calls a function
CALLER = "a hotline, by the API key that its tenant issued (GeoReport v2, `api_key`)"
ANYBODY = "anybody: it is the same for all, and GeoReport asks for no key here"
Caller = TypeVar("Caller")
Declare = Callable[[PublicView[Caller]], PublicView[Caller]]


def _reply(call: Call, found: Sequence[Contract] | Contract, root: str, status: int = 200) -> Reply:
    form = domain.form_of(call.url, call.headers.get("accept", ""))
    text = domain.rendered(found, form, root, domain.EACH.get(root, ""))
    return Reply(text, domain.CONTENT_TYPES[form], status)


def _refuse(call: Call, error: LinliError) -> Reply:
    return _reply(call, [domain.problem_of(error, call.language)], "errors", error.status.value)


def _verify(call: Call) -> Hotline:
    return known(models.Key.of(call.arguments).api_key or key_in(call.headers.get("authorization", "")))


def _declare(caller: str, verify: Callable[[Call], Caller], method: str, *names: str) -> Declare[Caller]:
    paths = [f"/open311/v2/{name}" for name in names]
    more: dict[str, Any] = {"refuse": _refuse, "largest_upload": LARGEST_UPLOAD}
    return public_route(blueprint, method, *paths, caller=caller, verify=verify, **more)


for_hotlines: Callable[..., Declare[Hotline]] = partial(_declare, CALLER, _verify)
for_anybody: Callable[..., Declare[None]] = partial(_declare, ANYBODY, lambda _: None)


@for_anybody("GET", "services.json", "services.xml")
def list_services(call: Call, _anybody: None) -> Reply:
    """What can be requested."""
    store.check_served(Jurisdiction.of(call.arguments).jurisdiction_id)
    return _reply(call, domain.services(), "services")


@for_anybody("GET", "services/{service}")
def show_definition(call: Call, _anybody: None) -> Reply:
    """The attributes of a service, `<service_code>.json` or `.xml`: none."""
    store.check_served(Jurisdiction.of(call.arguments).jurisdiction_id)
    return _reply(call, domain.definition(domain.name_in(call.parameters["service"])), "service_definition")


@for_anybody("GET", "discovery.json", "discovery.xml")
def discover(call: Call, _anybody: None) -> Reply:
    """Where this API is, what it speaks, and who issues keys."""
    return _reply(call, domain.discovery(call.url, production=store.in_production()), "discovery")


@for_hotlines("GET", "requests.json", "requests.xml")
def list_requests(call: Call, hotline: Hotline) -> Reply:
    """The hotline's own requests."""
    found = store.requests(hotline, models.RequestQuery.of(call.arguments), call.now)
    return _reply(call, domain.fitting(found), "service_requests")


@for_hotlines("POST", "requests.json", "requests.xml")
def create_request(call: Call, hotline: Hotline) -> Reply:
    """Make a request."""
    sent = domain.sent(models.RequestWanted.of(call.arguments), call.arguments, call.content.files)
    creation = call.creation(hotline.tenant, f"{hotline.scope}-{hotline.holder}", "open311", sent.content)
    ticket = store.create(hotline, sent, creation)
    made = models.Accepted(service_request_id=ticket, service_notice=sent.notice)
    return _reply(call, [made], "service_requests", 201)


@for_hotlines("GET", "requests/{request}")
def show_request(call: Call, hotline: Hotline) -> Reply:
    """One of the hotline's own requests, `<id>.json` or `<id>.xml`."""
    store.check_reached(hotline, Jurisdiction.of(call.arguments).jurisdiction_id)
    found = store.find(hotline, domain.name_in(call.parameters["request"]))
    return _reply(call, [found], "service_requests")


@for_anybody("GET", "tokens/{token}", "{resource}", "{resource}/{part}")
@for_anybody("POST", "{resource}", "{resource}/{part}")
def nothing_there(_call: Call, _anybody: None) -> Reply:
    """What there is not: tokens, say, since every request gets its id at once."""
    raise NotFound("nowhere")
