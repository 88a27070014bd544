"""When something is tried again: later each time, never at once, for days, and not for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.insight.subscriptions.schedule import (
    AFTER,
    DELIVERIES_KEPT,
    LONGEST,
    NEWS,
    PAUSED_AFTER,
    RESTS,
    collects,
    failing_since,
    is_hopeless,
    next_try,
    rest,
)

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CHANCES = st.floats(0, 1, exclude_max=True)
ASKED = st.none() | st.integers(0, 10**9)


@given(st.integers(1, 9), CHANCES, ASKED)
def test_each_wait_is_near_its_step_and_no_sooner_than_was_asked(
    tries: int, chance: float, asked: int | None
) -> None:
    wait = next_try(tries, chance, asked)
    assert wait is not None
    assert wait >= AFTER[tries - 1] / 2
    assert wait >= min(timedelta(seconds=asked or 0), LONGEST)
    assert wait <= max(AFTER[tries - 1] * 1.5, LONGEST)


@given(st.lists(CHANCES, min_size=9, max_size=9))
def test_all_of_them_take_days_and_end_before_it_is_forgotten(chances: list[float]) -> None:
    waits = [next_try(tries, chance) for tries, chance in enumerate(chances, start=1)]
    whole = sum(filter(None, waits), timedelta())
    assert timedelta(days=1.5) <= whole <= timedelta(days=5) < DELIVERIES_KEPT
    assert next_try(10, chances[0]) is None


@given(st.integers(1, 10**6), CHANCES, ASKED)
def test_a_rest_grows_to_an_hour_and_ends(failures: int, chance: float, asked: int | None) -> None:
    wait = rest(failures, chance, asked)
    assert timedelta(seconds=2.5) <= wait <= max(RESTS[-1] * 1.5, LONGEST)
    assert rest(failures + 1, chance, asked) >= wait


@given(CHANCES, CHANCES)
def test_what_failed_together_does_not_come_back_together(one: float, other: float) -> None:
    first, second = next_try(2, one), next_try(2, other)
    assert (first == second) == (AFTER[1] * (0.5 + one) == AFTER[1] * (0.5 + other))


@given(st.lists(st.integers(0, 200), min_size=1, max_size=40))
def test_only_days_of_failures_without_a_gap_are_hopeless(hours: list[int]) -> None:
    now, since, last, failures, began = NOW, None, None, 0, NOW
    for gap in hours:
        now += timedelta(hours=gap)
        began = now if last is None or now - last > NEWS else began
        since, failures, last = failing_since(since, last, now), failures + 1, now
        assert since == began
        assert is_hopeless(since, failures, now) == (now - began >= PAUSED_AFTER and failures >= 5)


def test_an_outage_after_a_quiet_week_is_a_new_one() -> None:
    assert failing_since(NOW - timedelta(days=7), NOW - timedelta(days=6), NOW) == NOW


def test_a_paused_one_goes_on_collecting_for_as_long_as_that_is_kept() -> None:
    assert collects("active", None, None, NOW)
    for why, keeps in (("failing", True), ("asked", True), ("gone", False), ("maker", False)):
        assert collects("paused", why, NOW - timedelta(days=13), NOW) == keeps
        assert not collects("paused", why, NOW - timedelta(days=14), NOW)
