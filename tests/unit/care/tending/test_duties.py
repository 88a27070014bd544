"""Where a duty stands in the staff queue."""

from datetime import timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from functions.care.calling.alerts import Alert
from functions.care.tending.duties import FIRST, Duty, DutyKind
from tests.unit.linli.escalation.alarming import NOON, alert

KINDS = st.sampled_from(get_args(DutyKind))
WAITED = st.integers(0, 10_000).map(lambda minutes: timedelta(minutes=minutes))


@given(KINDS, WAITED, KINDS, WAITED)
def test_a_press_comes_first_and_then_the_longest_waiting(
    kind: DutyKind, waited: timedelta, other: DutyKind, longer: timedelta
) -> None:
    one = Duty(kind=kind, about="ann", words="", since=NOON - waited)
    two = Duty(kind=other, about="ann", words="", since=NOON - longer)
    if (kind in FIRST, waited) != (other in FIRST, longer):
        first = (kind not in FIRST, -waited) < (other not in FIRST, -longer)
        assert (one.place < two.place) == first


@given(KINDS, WAITED)
def test_other_duties_stand_between_alerts_that_wait_and_those_somebody_sees_to(
    kind: DutyKind, waited: timedelta
) -> None:
    place = Duty(kind=kind, about="ann", words="", since=NOON - waited).place
    waits, seen_to = alert(), Alert(**(dict(alert()) | {"state": "acknowledged"}))
    assert place < seen_to.place
    assert (place < waits.place) == (kind in FIRST)
