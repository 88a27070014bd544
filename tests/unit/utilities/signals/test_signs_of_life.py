"""Signs of life in use: what somebody did is one, and what runs by itself never is, whenever it began."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.meters.models import Medium, Register
from functions.utilities.readings.models import DAY_MS, Interval
from functions.utilities.signals.signs_of_life import HOUR_MS, PAUSE, sign_of_life

MIDNIGHT = 1_767_542_400_000  # in Shanghai
ZONE = "Asia/Shanghai"
HALF_HOUR = HOUR_MS // 2
LITRES = Register(obis="8-0:1.0.0")  # a tick is a litre
WATT_HOURS = Register(obis="1-0:1.8.0", decimals=3)  # a tick is a watt hour
NIGHT = [0] * 14  # until 07:00
FRIDGE = [40, 55] * 7


def intervals(used: list[int], start: int = MIDNIGHT, length: int = HALF_HOUR) -> list[Interval]:
    return [
        Interval(start + n * length, start + (n + 1) * length, each, False) for n, each in enumerate(used)
    ]


def last_of(
    used: list[int], medium: Medium = "water", register: Register = LITRES, length: int = HALF_HOUR
) -> bool:
    """Whether the last interval is a sign of life."""
    known = intervals(used, length=length)
    return sign_of_life(medium, register, known, known[-1:], ZONE) == known[-1]


def test_a_flush_after_the_night_is_a_sign_with_its_own_times() -> None:
    known = intervals([*NIGHT, 6, 0])
    found = sign_of_life("water", LITRES, known, known[-2:], ZONE)
    assert found == Interval(MIDNIGHT + 14 * HALF_HOUR, MIDNIGHT + 15 * HALF_HOUR, 6, False)


def test_only_what_is_new_is_told_and_the_newest_of_it() -> None:
    known = intervals([*NIGHT, 6, 0, 8, 0])
    assert sign_of_life("water", LITRES, known, known[-1:], ZONE) is None
    assert sign_of_life("water", LITRES, known, known[-4:], ZONE) == known[-2]


@pytest.mark.parametrize("litres", [0, 1, 2])
def test_a_drip_is_none(litres: int) -> None:
    assert not last_of([*NIGHT, litres])


@given(st.integers(3, 600), st.integers(7, 96))
def test_a_tap_that_stays_open_is_a_sign_no_longer_than_three_hours(litres: int, half_hours: int) -> None:
    assert not last_of([*NIGHT, *[litres] * half_hours])


@given(st.integers(1, 600), st.integers(0, 100))
def test_a_leak_is_none_and_what_is_used_besides_is(leak: int, used: int) -> None:
    assert last_of([leak] * 48 + [leak + used]) == (used >= leak + 3)


@given(st.integers(2, 5), st.integers(3, 30))
def test_a_cistern_that_fills_round_the_clock_is_nobody(every: int, litres: int) -> None:
    used = [litres if n % every == 0 else 0 for n in range(60)]
    used = used[: len(used) - (len(used) - 1) % every]
    assert used[-1] == litres
    assert not last_of(used)


def test_a_day_read_once_tells_nothing_of_when() -> None:
    assert not last_of([100] * 3, length=DAY_MS)
    assert last_of([0] * 8 + [50], length=HOUR_MS)


def test_what_was_read_late_in_a_row_of_half_hours_tells_nothing_of_when() -> None:
    night = intervals(NIGHT)
    late = Interval(night[-1].end, night[-1].end + 5 * HALF_HOUR, 60, estimated=False)
    assert sign_of_life("water", LITRES, [*night, late], [late], ZONE) is None


def test_a_pause_is_one_that_was_seen_from_end_to_end() -> None:
    known, start = [], MIDNIGHT
    for _ in range(3):  # two hours without use, then three that nobody knows of
        known += intervals([0] * 4, start)
        known.append(Interval(known[-1].end, known[-1].end + 3 * HOUR_MS, 60, estimated=False))
        start = known[-1].end
    used = Interval(start, start + HALF_HOUR, 60, estimated=False)
    assert sign_of_life("water", LITRES, [*known, used], [used], ZONE) is None


def test_a_pause_longer_ago_than_a_day_is_forgotten() -> None:
    assert last_of([*NIGHT, *[0, 0, 0, 6] * 6])
    assert not last_of([*NIGHT, *[0, 0, 0, 6] * 16])


def test_without_the_hours_before_nothing_is_said() -> None:
    assert not last_of([0] * 11 + [60])
    assert last_of([0] * 12 + [60])


def test_an_estimate_is_nobodys_doing() -> None:
    known = intervals(NIGHT)
    guessed = Interval(known[-1].end, known[-1].end + HALF_HOUR, 60, estimated=True)
    assert sign_of_life("water", LITRES, [*known, guessed], [guessed], ZONE) is None


def test_a_coarse_dial_that_moves_on_may_be_what_dripped_since_yesterday() -> None:
    tens = Register(obis="8-0:1.0.0", decimals=2)
    assert not last_of([*NIGHT, 1], register=tens)
    assert last_of([*NIGHT, 2], register=tens)


def test_a_multiplier_counts() -> None:
    tenfold = Register(obis="8-0:1.0.0", multiplier=Decimal(10))
    assert last_of([*NIGHT, 2], register=tenfold)


def test_cooking_is_a_sign_and_what_the_night_draws_too_is_none() -> None:
    assert last_of([*FRIDGE, 400], "electricity", WATT_HOURS)
    assert not last_of([*FRIDGE, 200], "electricity", WATT_HOURS)
    boiler = [40, 600, 40, 40] * 3 + [40, 40]
    assert not last_of([*boiler, 620], "electricity", WATT_HOURS)
    assert last_of([*boiler, 1100], "electricity", WATT_HOURS)


def test_an_air_conditioner_left_on_is_a_sign_no_longer_than_three_hours() -> None:
    assert last_of([*FRIDGE, *[500] * 6], "electricity", WATT_HOURS)
    assert not last_of([*FRIDGE, *[500] * 7], "electricity", WATT_HOURS)


def test_without_the_night_electricity_says_nothing() -> None:
    for hours, told in ((7, False), (2, False), (1, True)):  # after midnight
        known = intervals([40] * 20 + [900], MIDNIGHT + hours * HOUR_MS)
        found = sign_of_life("electricity", WATT_HOURS, known, known[-1:], ZONE)
        assert (found is not None) == told


@pytest.mark.parametrize("medium", ["gas", "heat"])
def test_boilers_burn_for_nobody(medium: Medium) -> None:
    assert not last_of([*NIGHT, 60], medium)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=100))
def test_whatever_the_use_a_sign_is_new_and_follows_a_pause(used: list[int]) -> None:
    known = intervals(used)
    found = sign_of_life("water", LITRES, known, known, ZONE)
    if found is not None:
        assert found.ticks >= 3
        before = [each for each in known if found.start - DAY_MS <= each.start < found.start]
        still = run = 0
        for each in before:
            run = run + 1 if each.ticks <= 2 * min(one.ticks for one in before) + 2 else 0
            still = max(still, run)
        assert still * HALF_HOUR >= PAUSE
