"""How somebody is, in one word."""

from datetime import timedelta

from functions.care.relative.domain import how, seen
from functions.care.watching.state import begun, gone_away
from tests.unit.linli.escalation.alarming import NOON, alert


def test_the_most_urgent_is_said() -> None:
    well = begun(NOON)
    away = gone_away(well, NOON + timedelta(days=1), NOON)
    blind = well.but(blind_since=NOON)
    assert how(well, None) == "well"
    assert how(away, None) == "away"
    assert how(blind, None) == "cannot_see"
    assert how(blind, alert()) == "alert"
    assert how(away, alert(emergency=True)) == "emergency"


def test_an_end_is_told_by_people_and_not_by_a_screen() -> None:
    over = seen("ann", "3号楼 502", begun(NOON).but(ended=True), None)
    assert (over.how, over.seen_at, over.alert) == ("paused", None, None)
