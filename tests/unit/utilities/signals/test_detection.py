from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.models import DAY_MS, Interval
from functions.utilities.signals.detection import HALF_HOUR_MS, detect, detect_anew, news
from functions.utilities.signals.models import Limits, SignalState

START = 1_767_542_400_000  # midnight in Shanghai
ZONE = "Asia/Shanghai"
LIMITS = Limits(leak=True, spike_ticks=2000, no_use_ticks=10, no_use_ms=DAY_MS)
HALF_HOURS = st.lists(st.integers(0, 3), min_size=1, max_size=150)


def half_hours(used: list[int], start: int = START) -> list[Interval]:
    return [
        Interval(start + n * HALF_HOUR_MS, start + (n + 1) * HALF_HOUR_MS, ticks, False)
        for n, ticks in enumerate(used)
    ]


def signals(watch: SignalState) -> list[tuple[str, bool]]:
    return [(each.signal, each.until is None) for each in watch.episodes]


def test_use_in_every_half_hour_round_the_clock_is_a_leak_once() -> None:
    watch = detect(SignalState(), half_hours([1] * 47), LIMITS, ZONE)
    assert signals(watch) == []
    watch = detect(watch, half_hours([1] * 60, watch.judged), LIMITS, ZONE)
    assert signals(watch) == [("leak", True)]
    assert watch.episodes[0].since == START


def test_a_half_hour_without_use_ends_it() -> None:
    watch = detect(SignalState(), half_hours([1] * 50 + [0]), LIMITS, ZONE)
    assert signals(watch) == [("leak", False)]


def test_missing_readings_are_no_leak() -> None:
    gap = Interval(START, START + 4 * HALF_HOUR_MS, 4, False)
    watch = detect(SignalState(), [gap, *half_hours([1] * 47, gap.end)], LIMITS, ZONE)
    assert signals(watch) == []


def test_a_day_without_use_is_told_and_ends_with_use() -> None:
    watch = detect(SignalState(), half_hours([0] * 48), LIMITS, ZONE)
    assert signals(watch) == [("no_use", True)]
    watch = detect(watch, half_hours([0, 20], watch.judged), LIMITS, ZONE)
    assert signals(watch) == [("no_use", False)]


def test_a_spike_is_a_days_and_ends_with_an_ordinary_day() -> None:
    watch = detect(SignalState(), half_hours([0] * 10 + [2500] + [0] * 37), LIMITS, ZONE)
    assert ("spike", True) in signals(watch)
    watch = detect(watch, half_hours([11] * 50, watch.judged), LIMITS, ZONE)
    assert ("spike", False) in signals(watch)


@given(HALF_HOURS, st.integers(0, 150))
def test_however_readings_are_cut_into_batches_the_signals_are_the_same(used: list[int], cut: int) -> None:
    intervals = half_hours(used)
    at_once = detect(SignalState(), intervals, LIMITS, ZONE)
    in_two = detect(detect(SignalState(), intervals[:cut], LIMITS, ZONE), intervals[cut:], LIMITS, ZONE)
    assert in_two == at_once


@given(HALF_HOURS)
def test_looking_again_tells_nothing_new(used: list[int]) -> None:
    watch = detect(SignalState(), half_hours(used), LIMITS, ZONE)
    assert news(watch, detect_anew(watch, half_hours(used), LIMITS, ZONE)) == ([], [])
