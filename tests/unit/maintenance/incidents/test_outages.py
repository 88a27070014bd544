"""Many reports are one outage: which count, when they are enough, and what it is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.incidents.outages import may_be_of_one, outage_among
from functions.maintenance.reports.models import Reported

WATER = Reported(category="water", description="No water", building="b1")


@pytest.mark.parametrize(
    "update", [{"building": None}, {"missing": ["building"]}, {"kind": "complaint"}, {"source": "device"}]
)
def test_what_is_nowhere_or_no_repair_or_a_devices_counts_towards_none(update: dict[str, object]) -> None:
    assert may_be_of_one(WATER)
    assert not may_be_of_one(WATER.model_copy(update=update))


@given(st.lists(st.sampled_from([None, "t-0"]), max_size=8), st.integers(2, 20))
def test_enough_reports_are_one_outage_called_by_its_first_ticket(
    known: list[str | None], enough: int
) -> None:
    others = {f"t-{number}": each for number, each in enumerate(known)}
    found = outage_among(others, enough)
    assert (found is None) == (len(others) + 1 < enough)
    assert found in {None, "t-0"}
