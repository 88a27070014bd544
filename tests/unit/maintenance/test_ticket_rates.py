"""Rates are shares of what they are about, each apart."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.ticket_rates.domain import rates
from functions.maintenance.tickets.rates import Mark

NONE: dict[str, int] = dict.fromkeys(get_args(Mark), 0)


def test_a_month_without_tickets_has_no_rates() -> None:
    empty = rates("2026-01", NONE)
    assert (empty.reported, empty.response_rate, empty.satisfaction_rate) == (0, None, None)


def test_satisfaction_is_of_those_who_rated_and_response_of_all() -> None:
    found = rates("2026-01", NONE | {"reported": 3, "responded": 2, "rated": 2, "satisfied": 1})
    assert (found.response_rate, found.satisfaction_rate, found.resolution_rate) == (
        "0.6667",
        "0.5000",
        "0.0000",
    )


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_rate_is_between_nothing_and_all(part: int, more: int) -> None:
    found = rates("2026-01", NONE | {"reported": part + more, "responded": part})
    assert found.response_rate is not None
    assert 0 <= float(found.response_rate) <= 1
