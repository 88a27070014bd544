"""Tickets in Open311's words, and its words in tickets; JSON and XML of both."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from functions.maintenance.hotline.models import (
    Discovery,
    Endpoint,
    Problem,
    RequestQuery,
    RequestWanted,
    Service,
    ServiceDefinition,
    ServiceRequest,
    Window,
)
from functions.maintenance.photos.contents import is_photo
from functions.maintenance.photos.models import MOST_PHOTOS
from functions.maintenance.reports.categories import TRADES
from functions.maintenance.reports.models import Category, Kind, Reported, Whereabouts
from functions.maintenance.tickets.models import OPEN, State, Ticket
from functions.maintenance.tickets.views import shortened
from linli.bodies import Fields, File
from linli.contracts import Contract
from linli.errors import InvalidRequest, LinliError, NotFound
from linli.ids import is_id
from linli.instants import EPOCH, to_text
from linli.texts import is_visible
from linli.words import Language

Form = Literal["json", "xml"]
CONTENT_TYPES: dict[Form, str] = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
LONGEST = timedelta(days=90)
SAME_FOR = timedelta(hours=1)  # clients repeat what they think was lost: FixMyStreet after 5 and 30 minutes
CHANGED = "2026-11-26 12:00"  # when the list of services or their definitions changed last
LARGEST_LIST_BYTES = 3_000_000  # of descriptions: what a function answers has at most 6 MB
LONGEST_LISTED = 500  # characters of each, where the whole of them would be larger
UNSAID = frozenset({"api_key"})  # proves who sends, and says nothing of what
EACH = {"services": "service", "service_requests": "request", "errors": "error"}
ANSWERED: dict[Kind, tuple[Category, ...]] = {
    "repair": tuple(TRADES),
    "complaint": ("noise", "parking", "cleaning", "greening", "service", "other"),
    "enquiry": ("service", "other"),
}
NOTES: dict[State, str] = {
    "submitted": "waits for a repairer",
    "dispatched": "offered to a repairer",
    "accepted": "somebody has taken it on",
    "arrived": "the repairer is there",
    "paused": "paused",
    "done": "done; waits for the reporter's rating",
    "rated": "done and rated",
    "closed": "closed",
    "declined": "declined; waits for another repairer",
    "reassigned": "waits for another repairer",
    "reopened": "reopened; waits for a repairer",
    "cancelled": "cancelled",
    "duplicate_of": "a duplicate",
    "transferred": "passed on",
}


def service_code(kind: Kind, category: Category) -> str:
    """`water` for a repair, `complaint-noise` for a complaint."""
    return category if kind == "repair" else f"{kind}-{category}"


SERVICES: dict[str, tuple[Kind, Category]] = {
    service_code(kind, category): (kind, category)
    for kind, categories in ANSWERED.items()
    for category in categories
}


def services() -> list[Service]:
    """All that can be requested."""
    return [
        Service(service_code=code, service_name=TRADES[each].name, description=TRADES[each].name, group=kind)
        for code, (kind, each) in SERVICES.items()
    ]


def form_of(url: str, accepted: str) -> Form:
    """The form that is asked for: by the name's ending, else by what the caller accepts."""
    _, _, ending = url.lower().rpartition(".")
    if ending in {"json", "xml"}:
        return "xml" if ending == "xml" else "json"
    return "xml" if "xml" in accepted and "json" not in accepted else "json"


def name_in(file: str) -> str:
    """`water` of `water.json`. Raises NotFound for a form that there is not."""
    name, _, form = file.rpartition(".")
    if form.lower() not in CONTENT_TYPES:
        raise NotFound("nowhere")
    return name


def definition(code: str) -> ServiceDefinition:
    """The attributes of a service: none. Raises NotFound for a service that there is not."""
    if code not in SERVICES:
        raise NotFound("no_such_service")
    return ServiceDefinition(service_code=code)


def discovery(url: str, *, production: bool) -> Discovery:
    """Where the API is; `url` is that of the document."""
    endpoint = Endpoint(
        url=url.rpartition("/")[0], changeset=CHANGED, type="production" if production else "test"
    )
    return Discovery(changeset=CHANGED, endpoints=[endpoint])


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it came. `content`: what must be the same of two that are one, all but the key.

    `photos`: those of its files that are some. `notice`: what was not kept, for its sender.
    """

    wanted: RequestWanted
    content: str
    photos: tuple[bytes, ...]
    notice: str | None


def sent(wanted: RequestWanted, arguments: Fields, files: Sequence[File]) -> Sent:
    """A request with its photos, as many as a ticket has; no other file is kept."""
    said = sorted((name, value) for name, value in arguments if is_visible(value) and name not in UNSAID)
    digests = [sha256(each.content).hexdigest() for each in files]
    photos = tuple(each.content for each in files if is_photo(each.content))[:MOST_PHOTOS]
    dropped = []
    if len(wanted.media_urls) < len(wanted.media_url):
        dropped.append("media_url: kept are http and https addresses, at most nine")
    if len(photos) < len(digests):
        dropped.append("files: kept are photos in JPEG, PNG or WebP, at most nine")
    return Sent(wanted, json.dumps([said, digests]), photos, "; ".join(dropped) or None)


def reported(wanted: RequestWanted, hotline: str) -> Reported:
    """What the ticket says. Raises NotFound for a service that there is not, as GeoReport has it."""
    kind, category = SERVICES[definition(wanted.service_code).service_code]
    building, _, unit = (wanted.address_id or "").partition("/")
    placed = is_id(building) and (not unit or is_id(unit))
    return Reported(
        kind=kind,
        category=category,
        description=wanted.description or TRADES[category].name,
        building=building if placed else None,
        unit=unit or None if placed else None,
        source="hotline",
        hotline=hotline,
        whereabouts=Whereabouts(
            address=wanted.address_string, address_id=wanted.address_id, lat=wanted.lat, long=wanted.long
        ),
        media_urls=wanted.media_urls,
    )


def request_of(ticket: Ticket) -> ServiceRequest:
    """A ticket as the hotline sees it, with what it sent; no person of ours is named."""
    place = "/".join(each for each in (ticket.building, ticket.unit) if each)
    told = ticket.whereabouts or Whereabouts(address_id=place or None)
    resolve = ticket.clocks.get("resolve")
    return ServiceRequest(
        service_request_id=ticket.ticket,
        status="open" if ticket.state in OPEN else "closed",
        status_notes=_notes(ticket),
        service_name=TRADES[ticket.category].name,
        service_code=service_code(ticket.kind, ticket.category),
        description=ticket.description,
        agency_responsible=ticket.community,
        requested_datetime=ticket.created_at,
        updated_datetime=ticket.changed_at,
        expected_datetime=resolve.due_at if resolve else None,
        media_url=",".join(ticket.media_urls) or None,
        **dict(told),
    )


def _notes(ticket: Ticket) -> str:
    more = [NOTES[ticket.state]]
    more += [ticket.pause.reason] if ticket.pause else []
    more += [f"of {ticket.duplicate_of}"] if ticket.duplicate_of else []
    more += [f"to {ticket.transferred_to}"] if ticket.transferred_to else []
    more += [f"{name} late" for name, clock in ticket.clocks.items() if clock.breached]
    return f"{ticket.state}: {', '.join(more)}"


def window(query: RequestQuery, now: datetime) -> Window:
    """The span asked for. Raises InvalidRequest when it is empty or longer than 90 days."""
    end = query.end_date or now
    start = max(EPOCH, query.start_date or end - LONGEST)
    if query.end_date is None and query.start_date is not None:
        end = min(now, start + LONGEST)
    if not start <= end <= start + LONGEST:
        raise InvalidRequest("ninety_days")
    return Window(start=start, end=end)


def matches(request: ServiceRequest, query: RequestQuery) -> bool:
    """Whether a request is of the services, in the status, and changed when it is asked for."""
    after, before = query.updated_after, query.updated_before
    return (
        (not query.service_code or request.service_code in query.service_code)
        and (not query.status or request.status in query.status)
        and (after is None or request.updated_datetime >= after)
        and (before is None or request.updated_datetime <= before)
    )


def fitting(requests: Sequence[ServiceRequest]) -> list[ServiceRequest]:
    """Requests that fit into one answer: where their descriptions would not, each is shortened."""
    if sum(len(each.description.encode()) for each in requests) <= LARGEST_LIST_BYTES:
        return [*requests]
    return [
        each.model_copy(update={"description": shortened(each.description, LONGEST_LISTED)})
        for each in requests
    ]


def problem_of(error: LinliError, language: Language) -> Problem:
    """An error in Open311's form, in the words of a language."""
    description = error.said(language) or error.titled(language)
    return Problem(code=str(error.status.value), description=description)


def rendered(found: Sequence[Contract] | Contract, form: Form, root: str, each: str = "") -> str:
    """A resource as JSON, or as XML in an element `root`; of a list, each in an element `each` in there."""
    alone = isinstance(found, Contract)
    items: Sequence[Contract] = [found] if isinstance(found, Contract) else found
    if form == "json":
        dumped = [item.model_dump(mode="json") for item in items]
        return json.dumps(dumped[0] if alone else dumped, ensure_ascii=False)
    tree = Element(root)
    for item in items:
        _fill(tree if alone else SubElement(tree, each), item.model_dump())
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(tree, encoding="unicode")


def _fill(branch: Element, value: Any) -> None:
    """Members become elements, and those of a list elements in the singular (the Spark convention)."""
    match value:
        case dict():
            for name, member in value.items():
                _fill(SubElement(branch, name), member)
        case list():
            for member in value:
                _fill(SubElement(branch, branch.tag.removesuffix("s")), member)
        case bool():
            branch.text = str(value).lower()
        case datetime():
            branch.text = to_text(value)
        case str():
            branch.text = _without_controls(value)


def _without_controls(text: str) -> str:
    """Text that XML 1.0 can hold: no control characters, which no escape helps."""
    return "".join(one for one in text if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff"))
