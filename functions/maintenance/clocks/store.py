"""Lets happen what is due."""

from datetime import datetime

from functions.maintenance.clocks.domain import next_move
from functions.maintenance.escalations import store as escalations
from functions.maintenance.escalations.rows import EscalationRow
from functions.maintenance.photos import store as photos
from functions.maintenance.photos.rows import PhotoRow
from functions.maintenance.tickets import store as tickets
from functions.maintenance.tickets.moves import SYSTEM
from functions.maintenance.tickets.rows import TicketRow
from functions.maintenance.tickets.steps import Step
from linli.due import due, see_to_each
from linli.errors import NotFound
from linli.instants import to_text
from linli.posting import Post
from linli.tables import until_it_holds

MOST_A_RUN = 100  # per shard
OUTCOMES = ("nothing_due", "done", "some_failed")


def sweep(now: datetime) -> str:
    """See to all that is due, tell managers what is theirs to see to, look at photos. Returns the outcome."""
    caught_up = see_to_each("clock", due(TicketRow, now, MOST_A_RUN), now, lambda row: _caught_up(row, now))
    post = Post()
    needed = due(EscalationRow, now, MOST_A_RUN)
    told = see_to_each("escalation", needed, now, lambda row: _told(row, now, post))
    uploads = due(PhotoRow, now, MOST_A_RUN)
    seen = see_to_each("photo", uploads, now, lambda row: photos.end_upload((row.pk, row.sk), now))
    return max(caught_up, told, seen, key=OUTCOMES.index)


def _told(row: EscalationRow, now: datetime, post: Post) -> str:
    try:
        return escalations.tell((row.pk, row.sk), now, post)
    except NotFound:
        return "over"


def _caught_up(row: TicketRow, now: datetime) -> str:
    community, ticket = TicketRow.key.parts(row)
    return until_it_holds(lambda: catch_up(community, ticket, now), tickets.RACES)


def _offer_is_due(step: Step, now: datetime) -> bool:
    dispatch_at = step.ticket.dispatch_at
    return not step.incident_is_worked_on or (dispatch_at is not None and dispatch_at <= now)


def catch_up(community: str, ticket: str, now: datetime) -> str:
    """Let all happen that is due for one ticket, in one step. Returns the last of it."""
    step = tickets.load(community, ticket).step()
    outcome = "nothing_due"
    while move := next_move(step.ticket, now):
        step.move(move, SYSTEM, now)
        outcome = move.command
    if outcome != "nothing_due" and step.follows_an_incident:
        step.incident_is_worked_on = tickets.is_worked_on(community, step.incident)
    if _offer_is_due(step, now):
        tickets.dispatch(step, now)
        outcome = step.ticket.state
    tickets.save(step, f"clocks:{to_text(now)}", now)
    return outcome
