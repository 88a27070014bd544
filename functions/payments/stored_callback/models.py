"""Callbacks as operations see them: what the provider says, and what became of it; no buyer."""

from typing import Literal

from functions.payments.providers.protocol.notices import Notice
from linli.contracts import Contract
from linli.instants import Instant
from linli.local_times import Day
from linli.pages import PageQuery


class CallbacksAsked(PageQuery):
    """Which callbacks are asked for: by state, or those that were `refused_on` a UTC day."""

    state: Literal["waiting", "settled", "mismatched", "unreadable"] = "waiting"
    refused_on: Day | None = None


class CallbackView(Contract):
    """A stored callback. `verdict`: accepted, unreadable, or why it was refused."""

    callback: str
    provider: str
    verdict: str
    outcome: str | None = None
    mismatch: str | None = None
    notice: Notice | None = None
    deliveries: int
    first_at: Instant
    last_at: Instant
