"""What a pass or the use of a meter says of whom."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.care.sign_of_life.domain import sign_of
from linli.events import Event, envelope
from linli.vocabulary.access import GatePassed
from linli.vocabulary.utilities import UseObserved

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def passed(direction: Any, at: datetime = NOW, person: str | None = "gran") -> GatePassed:
    return GatePassed(
        community="willow",
        gate="g",
        area="a",
        direction=direction,
        person=person,
        passed_at=at,
        offline=False,
    )


def used(medium: Any) -> UseObserved:
    since = NOW - HOUR
    return UseObserved(
        community="willow",
        meter="m",
        medium=medium,
        home="b1/101",
        since=since,
        until=NOW,
        quantity=Decimal(1),
    )


def event(fact: GatePassed | UseObserved) -> Event:
    return envelope(fact, "event-1", NOW)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_pass_is_a_personal_sign(direction: str) -> None:
    fact = passed(direction)
    sign = sign_of(fact, event(fact))
    assert sign is not None
    assert (sign.kind, sign.at, sign.key) == (f"gate_{direction}", NOW, "linli.access:event-1")


def test_a_visitors_pass_is_no_sign() -> None:
    fact = passed("in", person=None)
    assert sign_of(fact, event(fact)) is None


def test_a_gate_whose_clock_is_ahead_does_not_buy_time() -> None:
    fact = passed("in", NOW + HOUR)
    sign = sign_of(fact, event(fact))
    assert sign is not None
    assert sign.at == NOW


@pytest.mark.parametrize("medium", ["water", "electricity", "gas"])
def test_use_is_a_sign_from_the_start_of_its_interval(medium: str) -> None:
    sign = sign_of(used(medium), event(used(medium)))
    assert sign is not None
    assert (sign.kind, sign.at) == (medium, NOW - HOUR)


def test_heating_runs_without_anybody() -> None:
    assert sign_of(used("heat"), event(used("heat"))) is None
