"""An entry follows its pass, by our clock or by the gate's."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.access.gates.moments import Moment

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("seconds", "clock", "belongs"),
    [
        (3, 3, True),
        (-60, -60, True),
        (7200, 4, True),
        (3, 10**9, True),
        (7200, 7200, False),
        (-600, -600, False),
    ],
)
def test_an_entry_is_of_the_pass_that_it_follows_by_either_clock(
    seconds: int, clock: int, belongs: bool
) -> None:
    passed = Moment(START, START - timedelta(days=2))
    entered = Moment(START + seconds * SECOND, passed.shown_at + clock * SECOND)
    assert passed.leads_to(entered) is belongs
