"""How long a ticket's clocks may run: as the policy says of its priority, with no clock more or less."""

from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from functions.maintenance.deadlines.models import ClockName
from functions.maintenance.deadlines.targets import CLOCKS, allowed_times
from linli.vocabulary.maintenance import MaintenancePolicy, Priority


@given(st.sampled_from(get_args(Priority)), st.sets(st.sampled_from(get_args(ClockName))))
def test_each_clock_has_the_minutes_of_the_policy(priority: Any, names: Any) -> None:
    targets = MaintenancePolicy().targets(priority)
    found = allowed_times(names, targets)
    assert {name: time.total_seconds() / 60 for name, time in found.items()} == {
        name: getattr(targets, f"{name}_minutes") for name in names
    }


def test_nobody_has_to_arrive_at_what_is_only_answered() -> None:
    assert set(CLOCKS[True]) - set(CLOCKS[False]) == {"arrive"}
