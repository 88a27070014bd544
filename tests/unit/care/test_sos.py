"""A press is a call: whatever its id or clock says, unless the open alert has it already."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.care.sos.domain import GRACE, Held, is_told_again

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("seconds", [-120, 0, 1, 10])
def test_within_seconds_of_the_first_it_is_the_same_press_open_or_not(seconds: int, timed: bool) -> None:
    for open_alert in (None, "a-1", "a-2"):
        assert is_told_again(Held(NOW, "a-1"), open_alert, NOW + seconds * SECOND, timed=timed)


@pytest.mark.parametrize(
    ("open_alert", "timed", "same"),
    [
        ("a-1", True, True),  # sent again by a device whose clock tells it from others
        ("a-1", False, False),  # pressed again, as far as anybody can tell
        ("a-2", True, False),
        (None, True, False),
        (None, False, False),
    ],
)
def test_later_it_is_the_same_only_while_the_open_alert_has_it(
    open_alert: str | None, timed: bool, same: bool
) -> None:
    later = NOW + GRACE + SECOND
    assert is_told_again(Held(NOW, "a-1"), open_alert, later, timed=timed) is same


Happening = tuple[int, Literal["press", "resolve"]]
happenings = st.lists(st.tuples(st.integers(0, 900), st.sampled_from(["press", "resolve"])), max_size=30)


@given(happenings, st.booleans())
def test_whatever_was_resolved_the_next_press_is_never_lost(history: list[Happening], timed: bool) -> None:
    held: Held | None = None
    open_alert: str | None = None
    for number, (second, what) in enumerate(sorted(history)):
        now = NOW + second * SECOND
        if what == "resolve":
            open_alert = None
            continue
        if held is None or not is_told_again(held, open_alert, now, timed=timed):
            open_alert = open_alert or f"a-{number}"
            held = Held(now, open_alert)
        assert open_alert is not None or now - held.at <= GRACE
