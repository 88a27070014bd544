from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.readings.dials import Dial
from functions.utilities.readings.models import Reading
from tests.unit.utilities.readings.small_dials import DIAL, at, entered, standings, total


def test_a_rollover_must_come_from_the_upper_half_and_fit_the_time() -> None:
    assert total(entered([at(0, 99_990), at(1, 10)])) == 20
    assert standings(at(0, 40_000), at(1, 10)) == ["kept", "held"]
    assert standings(at(0, 60_000), at(1, 10)) == ["kept", "held"], "40,010 in an hour is not possible"
    assert standings(at(0, 60_000), at(48, 10)) == ["kept", "kept"]


@given(st.integers(0, 99_999), st.integers(0, 99_999), st.integers(0, 10**10))
def test_a_dial_never_runs_backwards_nor_faster_than_it_can(before: int, after: int, elapsed: int) -> None:
    advanced = DIAL.advance(Reading(0, before), Reading(elapsed, after))
    if advanced is not None:
        assert 0 <= advanced <= DIAL.most(elapsed)
        assert (before + advanced) % DIAL.modulus == after
    assert DIAL.passed(Reading(0, before), Reading(elapsed, after)) >= 0


def test_all_ones_all_nines_and_nought_are_error_codes_wherever_the_point_stands() -> None:
    dial = Dial(modulus=10**8, most_per_day=120_000)
    for code in (0, 65_535, 65_535_000, 16_777_215, 999_900, 99_999_999):
        assert dial.is_error_code(code)
    assert not dial.is_error_code(120_507)
