"""Functions that a schedule of EventBridge starts: `function(now) -> outcome`, with the event's own time.

A run that was missed is made up for by the next, which gets a later time: what is due stays due.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Protocol

from pydantic import ValidationError

from linli.contracts import Contract
from linli.dead_letters import as_body, park
from linli.errors import InvalidRequest, LinliError
from linli.instants import Instant
from linli.observability import observed


class _CloudWatchEvent(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


class _Tick(Contract):
    """The part of a schedule's event that says something."""

    model_config = Contract.model_config | {"extra": "ignore", "strict": False}
    id: str
    time: Instant


def scheduled(function: Callable[[datetime], str]) -> Callable[[_CloudWatchEvent], dict[str, str]]:
    """Parse the event, run, answer with the outcome; park what no retry can help."""

    @wraps(function)
    def handler(event: _CloudWatchEvent) -> dict[str, str]:
        raw = event.to_dict()
        try:
            with observed(function.__name__, str(raw.get("id", "unknown"))) as attempt:
                attempt.outcome = function(_parsed(raw).time)
        except LinliError as error:
            if error.retryable:
                raise
            park(as_body(raw), error)
            return {"outcome": error.slug}
        return {"outcome": attempt.outcome}

    return handler


def _parsed(raw: dict[str, Any]) -> _Tick:
    try:
        return _Tick.model_validate(raw)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
