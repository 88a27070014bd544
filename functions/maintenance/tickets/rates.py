"""What 12345 counts of a community's month: responded to, resolved, satisfied, each apart (响应率等).

A ticket's marks follow from the ticket alone, so a transition changes the counts by the difference of two.
"""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from functions.maintenance.tickets.models import DROPPED, FINISHED, SATISFIED, Ticket

Mark = Literal[
    "reported", "responded", "responded_in_time", "resolved", "resolved_in_time", "rated",
    "confirmed_resolved", "satisfied",
]  # fmt: skip


def marks(ticket: Ticket | None) -> frozenset[Mark]:
    """What a ticket counts as; one of a device, or withdrawn, or passed on, counts as nothing."""
    if ticket is None or ticket.source == "device" or ticket.state in DROPPED:
        return frozenset()
    found: set[Mark] = {"reported"}
    respond, resolve = ticket.clocks.get("respond"), ticket.clocks.get("resolve")
    if respond is not None and respond.met_at is not None:
        found.add("responded")
        if respond.in_time:
            found.add("responded_in_time")
    if ticket.state in FINISHED:
        found.add("resolved")
        if resolve is not None and resolve.in_time:
            found.add("resolved_in_time")
    if ticket.rating is not None:
        found.add("rated")
        if ticket.rating.resolved:
            found.add("confirmed_resolved")
        if ticket.rating.score >= SATISFIED:
            found.add("satisfied")
    return frozenset(found)


def changes(before: Ticket | None, after: Ticket) -> dict[Mark, int]:
    """What a step adds to the counts of the ticket's month, and takes away.

    A case that begins anew in another month counts there; the month that it was closed in stays as reported.
    """
    goes_on = before is not None and before.month == after.month
    old, new = marks(before) if goes_on else frozenset(), marks(after)
    return dict.fromkeys(sorted(new - old), 1) | dict.fromkeys(sorted(old - new), -1)


def month_of(at: datetime, time_zone: str) -> str:
    """`2026-01`, as the community's calendar has it."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%Y-%m}"


def share(part: int, whole: int) -> str | None:
    """A rate as a decimal with four places, or None of nothing."""
    return f"{part / whole:.4f}" if whole else None
