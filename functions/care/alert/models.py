"""Alerts as people see them."""

from typing import Literal

from functions.care.timeline.models import Capacity, What
from linli.contracts import Contract
from linli.escalation.alerts import State
from linli.escalation.models import Command
from linli.ids import Id
from linli.instants import Instant
from linli.messages.gateways import Channel
from linli.pages import PageQuery
from linli.told import Told
from linli.vocabulary.care import AlertOutcome, AlertReason, Recipient


class AlertQuery(PageQuery):
    """Which alerts: those that are open, or those that are over."""

    shelf: Literal["open", "closed"] = "open"


class AlertShown(Contract):
    """An alert.

    `calling`: whom the chain calls now, `due_at`: when it goes on, `allowed`: what the caller may do.
    """

    alert: Id
    person: Id
    reason: AlertReason
    words: Told | None
    emergency: bool
    state: State
    version: int
    opened_at: Instant
    changed_at: Instant
    due_at: Instant | None
    calling: Recipient | None
    unanswered_since: Instant | None
    moved_at: Instant | None
    answered_by: Id | None
    answered_at: Instant | None
    outcome: AlertOutcome | None
    allowed: list[Command]


class Line(Contract):
    """Who did what, when, and what they said."""

    at: Instant
    what: What
    by: Capacity
    actor: Id | None
    alert: Id | None
    channel: Channel | None
    words: Told
