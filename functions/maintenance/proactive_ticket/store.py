"""The ticket about a fault, opened and closed with its episode: together, once per event."""

from typing import Literal

from functions.maintenance.proactive_ticket.domain import closes_itself
from functions.maintenance.reports.models import Reported
from functions.maintenance.tickets import store as tickets
from functions.maintenance.tickets.moves import SYSTEM, Move
from linli import episodes
from linli.episodes import Also
from linli.events import Event
from linli.faults import Fault

_TOLD = Move(command="note", note="the device reports that the fault is over")


def raised(
    community: str, fault: Fault, reported: Reported, event: Event
) -> Literal["opened", "counted", "duplicate", "ended_before"]:
    """Open the fault's ticket, or count one more word of it. Returns the outcome."""

    def open_it(ticket: str, with_lock: Also) -> None:
        step, _ = tickets.opened(community, ticket, reported, event.time)
        tickets.save(step, f"{event.source}:{event.id}", event.time, with_lock)

    return episodes.begin(community, fault, event, open_it, tickets.RACES)


def ended(
    community: str, fault: Fault, event: Event
) -> Literal["closed", "noted", "nothing_open", "duplicate"]:
    """Close the fault's ticket if nobody has accepted it, else tell whoever has. Returns the outcome."""

    def close_it(ticket: str, with_end: Also) -> Literal["closed", "noted"]:
        step = tickets.load(community, ticket).step()
        itself = closes_itself(step.ticket)
        step.move(Move(command="cancel", note="the fault is over") if itself else _TOLD, SYSTEM, event.time)
        tickets.save(step, f"{event.source}:{event.id}", event.time, with_end)
        return "closed" if itself else "noted"

    return episodes.end(community, fault, event, close_it, tickets.RACES)
