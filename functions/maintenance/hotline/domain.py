"""Tickets in Open311's words, and its words in tickets; JSON and XML of both."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from functions.maintenance.categories import TRADES, Category, Kind
from functions.maintenance.hotline.models import (
    Problem,
    RequestQuery,
    RequestWanted,
    Service,
    ServiceRequest,
    Window,
)
from functions.maintenance.steps import Reported
from functions.maintenance.tickets import OPEN, State, Ticket
from linli.contracts import Contract
from linli.errors import InvalidRequest, LinliError, NotFound
from linli.ids import is_id
from linli.instants import EPOCH, to_text

Form = Literal["json", "xml"]
CONTENT_TYPES: dict[Form, str] = {"json": "application/json", "xml": "text/xml; charset=utf-8"}
LONGEST = timedelta(days=90)
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


def reported(wanted: RequestWanted, hotline: str) -> Reported:
    """What the ticket says. Raises NotFound for a service that there is not, as GeoReport has it."""
    if wanted.service_code not in SERVICES:
        raise NotFound("service_code: there is no such service")
    kind, category = SERVICES[wanted.service_code]
    building, _, unit = (wanted.address_id or "").partition("/")
    placed = is_id(building) and (not unit or is_id(unit))
    where = [wanted.address_string or "", "" if placed else wanted.address_id or ""]
    where += [f"{wanted.lat:.6f}, {wanted.long:.6f}"] if wanted.lat is not None else []
    said = [wanted.description or TRADES[category].name, *(each for each in where if each)]
    return Reported(
        kind=kind,
        category=category,
        description="\n".join(said),
        building=building if placed else None,
        unit=unit or None if placed else None,
        source="hotline",
        hotline=hotline,
    )


def request_of(ticket: Ticket) -> ServiceRequest:
    """A ticket as the hotline sees it: no person of ours is named."""
    place = "/".join(each for each in (ticket.building, ticket.unit) if each)
    resolve = ticket.clocks.get("resolve")
    return ServiceRequest(
        service_request_id=ticket.ticket,
        status="open" if ticket.state in OPEN else "closed",
        status_notes=_notes(ticket),
        service_name=TRADES[ticket.category].name,
        service_code=service_code(ticket.kind, ticket.category),
        description=ticket.description,
        agency_responsible=ticket.community,
        requested_datetime=to_text(ticket.created_at),
        updated_datetime=to_text(ticket.changed_at),
        expected_datetime=to_text(resolve.due_at) if resolve else "",
        address_id=place,
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
        raise InvalidRequest("start_date, end_date: at most 90 days, in this order")
    return Window(start=start, end=end)


def matches(request: ServiceRequest, query: RequestQuery) -> bool:
    """Whether a request is of the services and in the status asked for."""
    codes = [code for code in query.service_code.split(",") if code]
    statuses = [status for status in query.status.split(",") if status]
    return (not codes or request.service_code in codes) and (not statuses or request.status in statuses)


def problem_of(error: LinliError) -> Problem:
    """An error in Open311's form."""
    return Problem(code=str(error.status.value), description=error.detail or error.title)


def rendered(items: Sequence[Contract], form: Form, root: str, each: str) -> str:
    """A list of resources as JSON, or as XML under `root`, each of them in an element `each`."""
    rows = [item.model_dump(mode="json") for item in items]
    if form == "json":
        return json.dumps(rows, ensure_ascii=False)
    tree = Element(root)
    for row in rows:
        branch = SubElement(tree, each)
        for name, value in row.items():
            SubElement(branch, name).text = _without_controls(value)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(tree, encoding="unicode")


def _without_controls(text: str) -> str:
    """Text that XML 1.0 can hold: no control characters, which no escape helps."""
    return "".join(one for one in text if one in "\t\n\r" or (one >= " " and one not in "\ufffe\uffff"))
