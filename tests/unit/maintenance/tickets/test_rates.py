"""What a ticket counts as in its month; the machine's test counts along with every move."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.tickets.rates import changes, marks, month_of, share
from tests.unit.maintenance.tickets.examples import opened


@pytest.mark.parametrize(
    "update",
    [{"source": "device"}, {"state": "cancelled"}, {"state": "transferred"}, {"state": "duplicate_of"}],
)
def test_what_is_a_devices_or_withdrawn_or_passed_on_counts_as_nothing(update: dict[str, str]) -> None:
    ticket = opened()
    assert marks(ticket) == {"reported"}
    assert changes(ticket, ticket.model_copy(update=update)) == {"reported": -1}


def test_a_month_is_the_communitys() -> None:
    last_evening = datetime(2026, 1, 31, 17, tzinfo=UTC)
    assert month_of(last_evening, "Asia/Shanghai") == "2026-02"
    assert month_of(last_evening, "UTC") == "2026-01"


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_is_between_nothing_and_all_and_of_nothing_there_is_none(part: int, more: int) -> None:
    found = share(part, part + more)
    assert (found is None) == (part + more == 0)
    assert found is None or 0 <= float(found) <= 1
