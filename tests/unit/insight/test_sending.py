"""The rule of insight/sending: what a failure means for one delivery, and what for its receiver."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.insight.sending.domain import DOWN, Failed, Line, delivered, failed
from functions.insight.subscriptions.models import Trouble
from functions.insight.subscriptions.schedule import STREAK

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CHANCES = st.floats(0, 1, exclude_max=True)
TROUBLES = st.sampled_from([each for each in get_args(Trouble) if each != "not_permitted"])
HOW = st.builds(Failed, TROUBLES, st.none(), st.none() | st.integers(0, 10_000))


@given(HOW, st.integers(0, 9), CHANCES)
def test_what_any_other_would_have_met_is_not_held_against_a_delivery(
    how: Failed, tries: int, chance: float
) -> None:
    line, fate = failed(Line(), tries, how, NOW, chance)
    assert fate.counts == (how.trouble in {"refused", "redirected"})
    assert fate.wait is not None or tries == 9
    assert line.goes_on == fate.counts


@given(st.lists(HOW | st.none(), max_size=30), CHANCES)
def test_a_receiver_is_well_once_something_gets_through(told: list[Failed | None], chance: float) -> None:
    line = Line()
    for how in told:
        if not line.goes_on:
            line = Line(line.failures, line.failing_since, line.failed_at, line.delivered_at)
        line = delivered(line, NOW) if how is None else failed(line, 0, how, NOW, chance)[0]
        assert (line.failures == 0) == (line.failing_since is None) == (how is None)
    assert line.paused in {None, "gone"}


def test_a_few_refusals_in_a_row_are_not_of_these_messages() -> None:
    line = Line()
    for number in range(1, STREAK + 1):
        line, _ = failed(line, 0, Failed("refused", 500), NOW, 0.5)
        assert line.goes_on == (number < STREAK)


def test_days_of_it_pause_and_one_word_of_going_does() -> None:
    since = NOW - timedelta(days=5)
    line = Line(failures=100, failing_since=since, failed_at=NOW - timedelta(hours=1))
    assert failed(line, 0, Failed("silent"), NOW, 0.5)[0].paused == "failing"
    assert failed(Line(), 0, Failed("gone", 410), NOW, 0.5)[0].paused == "gone"


@pytest.mark.parametrize("trouble", sorted(DOWN))
def test_who_is_down_is_left_alone(trouble: Trouble) -> None:
    line, _ = failed(Line(), 0, Failed(trouble, retry_after_s=3600), NOW, 0.5)
    assert line.rests_until == NOW + timedelta(hours=1)
