from dataclasses import replace

import pytest

from functions.utilities.readings.doubts import contradiction
from tests.unit.utilities.readings.water_dials import WATER, daily, in_turn, kept


def test_an_estimate_does_not_contradict_what_is_read_at_the_removal() -> None:
    guessed = replace(daily(130.0, first=1)[0], kind="estimate")
    final = replace(daily(119.0, first=2)[0], kind="final")
    known = in_turn([*daily(100.0), guessed])
    assert contradiction(known, final, WATER) is None
    assert kept(in_turn([*known, final])) == [100_000, 119_000]


@pytest.mark.parametrize(
    ("value", "why"),
    [(120.4, "drop"), (400.0, "rise"), (0, "error_code"), (9999.0, "error_code"), (121, None)],
)
def test_a_reading_that_would_be_held_says_why(value: float, why: str | None) -> None:
    assert contradiction(in_turn(daily(120.0, 120.5)), daily(value, first=2)[0], WATER) == why
