"""A ticket as people see it: residents, repairers and managers the same."""

from functions.maintenance.deadlines.models import ClockName
from functions.maintenance.reports.models import Category, Kind, Missing, Source, Whereabouts
from functions.maintenance.tickets.machine import allowed
from functions.maintenance.tickets.models import Rating, State, Ticket
from functions.maintenance.tickets.moves import Actor
from linli.contracts import Contract, shown_as
from linli.ids import Id
from linli.instants import Instant
from linli.told import Told
from linli.vocabulary.maintenance import Priority


class ClockShown(Contract):
    """A deadline: as promised at first, as it stands with pauses, when it was met, whether it was missed."""

    first_due_at: Instant
    due_at: Instant
    met_at: Instant | None
    breached: bool


class TicketShown(Contract):
    """A ticket. `allowed`: what the caller may do with it now; lists leave it out, and shorten `description`.

    `whereabouts`, `media_urls`: what a hotline said of the place, and where it says that pictures are.
    `missing`: what of the place the directory, or the registry of devices, does not know: call before you go.
    `reopened_at`: when a closed case began anew; its clocks count from then.
    `told` and `last_seen`: how often and when last a device told of the fault that this ticket is about.
    """

    ticket: Id
    kind: Kind
    category: Category
    priority: Priority
    state: State
    version: int
    description: Told
    building: Id | None
    unit: Id | None
    whereabouts: Whereabouts | None
    media_urls: list[str]
    source: Source
    reported_by: Id | None
    asset: Id | None
    fault: Id | None
    missing: list[Missing]
    repairer: Id | None
    incident: Id | None
    duplicate_of: Id | None
    transferred_to: str | None
    paused_for: str | None
    offer_until: Instant | None
    closes_at: Instant | None
    clocks: dict[ClockName, ClockShown]
    rating: Rating | None
    created_at: Instant
    reopened_at: Instant | None
    changed_at: Instant
    told: int | None = None
    last_seen: Instant | None = None
    allowed: list[str] | None = None


LONGEST_LISTED = 200  # characters of a description in a list


def shortened(text: str, length: int) -> str:
    """At most `length` characters of a text; an ellipsis stands for the rest."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def shown(ticket: Ticket, incident: str | None, actor: Actor | None = None) -> TicketShown:
    """The ticket; for `actor` the whole of it, with what they may do; else as lists have it."""
    return shown_as(
        TicketShown,
        ticket,
        description=ticket.description if actor else shortened(ticket.description, LONGEST_LISTED),
        clocks={name: shown_as(ClockShown, clock) for name, clock in ticket.clocks.items()},
        incident=incident,
        paused_for=ticket.pause.reason if ticket.pause else None,
        allowed=[*allowed(ticket, actor)] if actor else None,
    )
