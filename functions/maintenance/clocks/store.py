"""Reads what is due, shard by shard, and lets it happen."""

from collections.abc import Iterator
from datetime import datetime

from functions.maintenance import docket
from functions.maintenance.clocks.domain import next_move
from functions.maintenance.moves import SYSTEM
from functions.maintenance.steps import Step
from functions.maintenance.tables import DUE_SHARDS, TicketRow
from linli.instants import to_text
from linli.observability import observed
from linli.tables import until_it_holds

MOST_A_RUN = 100  # per shard; the rest is due a minute later still


def due(now: datetime) -> Iterator[tuple[str, str]]:
    """Community and ticket of all that is due by `now`, the longest overdue of each shard first."""
    for shard in range(DUE_SHARDS):
        for row in TicketRow.due.query(str(shard), TicketRow.due_at <= now, limit=MOST_A_RUN):
            community, _, ticket = row.pk.partition("#ticket#")
            yield community, ticket


def sweep(now: datetime) -> str:
    """Settle all that is due. A ticket that fails stays due and holds up no other. Returns the outcome."""
    settled = failed = 0
    for community, ticket in due(now):
        try:
            with observed("clock", f"{ticket}:{to_text(now)}", community=community) as attempt:
                attempt.outcome = until_it_holds(
                    lambda: settle(community, ticket, now),  # noqa: B023  runs now
                    docket.RACES,
                )
            settled += 1
        except Exception:  # noqa: BLE001  observed has logged and counted it
            failed += 1
    return "some_failed" if failed else "settled" if settled else "nothing_due"


def _offer_is_due(step: Step, now: datetime) -> bool:
    dispatch_at = step.ticket.dispatch_at
    return not step.incident_is_worked_on or (dispatch_at is not None and dispatch_at <= now)


def settle(community: str, ticket: str, now: datetime) -> str:
    """Let all happen that is due for one ticket, in one step. Returns the last of it."""
    step = docket.load(community, ticket).step()
    outcome = "nothing_due"
    while move := next_move(step.ticket, now):
        step.move(move, SYSTEM, now)
        outcome = move.command
    if outcome != "nothing_due" and step.follows_an_incident:
        step.incident_is_worked_on = docket.is_worked_on(community, step.incident)
    if _offer_is_due(step, now):
        docket.dispatch(step, now)
        outcome = step.ticket.state
    docket.keep(step, f"clocks:{to_text(now)}", now)
    return outcome
