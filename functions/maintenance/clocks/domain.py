"""What time does to a ticket when nobody else does anything."""

from datetime import datetime

from functions.maintenance.deadlines.models import ClockName
from functions.maintenance.tickets.models import OPEN, Ticket
from functions.maintenance.tickets.moves import Move
from linli import clocks as deadlines


def next_move(ticket: Ticket, now: datetime) -> Move | None:
    """The next thing that has fallen due, or None. Offers are made by the store, which knows who is free."""
    if ticket.state in {"done", "rated"} and ticket.closes_at is not None and ticket.closes_at <= now:
        return Move(command="close", note="the time for rating is over")
    if ticket.state == "dispatched" and ticket.offer_until is not None and ticket.offer_until <= now:
        return Move(command="decline", note="no answer in time")
    if ticket.state in OPEN - {"paused"} and (due := deadlines.first_due(ticket.clocks, now)):
        name, over = due
        return Move(command="breach" if over else "warn", clock=name, note=_said(ticket, name, over=over))
    return None


def _said(ticket: Ticket, clock: ClockName, *, over: bool) -> str:
    due_at = ticket.clocks[clock].due_at.isoformat(timespec="minutes")
    return f"{clock}: was due at {due_at}; escalated" if over else f"{clock}: due at {due_at}"
