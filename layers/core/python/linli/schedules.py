"""Functions that a schedule of EventBridge starts: `function(now) -> outcome`, with the event's own time.

A run that was missed is made up for by the next, which gets a later time: what is due stays due.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Protocol, Unpack

from chalice.app import Blueprint
from pydantic import ValidationError

from linli.contracts import Contract
from linli.dead_letters import as_body, park
from linli.errors import InvalidRequest, LinliError
from linli.instants import Instant
from linli.observability import observed
from linli.triggers import Runs, Trigger, timed

Handler = Callable[["_CloudWatchEvent"], dict[str, str]]


class _CloudWatchEvent(Protocol):
    def to_dict(self) -> dict[str, Any]: ...


class _Tick(Contract):
    """The part of a schedule's event that says something."""

    model_config = Contract.model_config | {"extra": "ignore", "strict": False}
    id: str
    time: Instant


def every(
    blueprint: Blueprint, span: str, **needs: Unpack[Runs]
) -> Callable[[Callable[[datetime], str]], Handler]:
    """Run every `span`, such as `1 minute`; answer with the outcome; park what no retry can help."""

    def decorate(function: Callable[[datetime], str]) -> Handler:
        name = function.__name__
        trigger = Trigger(function.__module__, name, "clock", schedule=f"rate({span})", needs={**needs})

        @wraps(function)
        def handler(event: _CloudWatchEvent) -> dict[str, str]:
            raw = event.to_dict()
            try:
                with observed(name, str(raw.get("id", "unknown"))) as attempt:
                    attempt.outcome = function(_parsed(raw).time)
            except LinliError as error:
                if error.retryable:
                    raise
                park(as_body(raw), error)
                return {"outcome": error.slug}
            return {"outcome": attempt.outcome}

        return timed(blueprint, trigger, handler)

    return decorate


def _parsed(raw: dict[str, Any]) -> _Tick:
    try:
        return _Tick.model_validate(raw)
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
