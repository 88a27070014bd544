"""When somebody is visited next, by local days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from functions.care.tending.visits import Visit, overdue_at, today
from functions.care.watching.state import Setting
from linli.vocabulary.care import CarePolicy

BERLIN = Setting(CarePolicy(), ZoneInfo("Europe/Berlin"))


@given(hours=st.integers(0, 366 * 24))
def test_a_visit_is_overdue_when_its_local_day_is_over(hours: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    day = today(now, BERLIN)
    over = overdue_at(Visit(person="ann", next_on=day), BERLIN)
    assert over > now
    assert today(over, BERLIN) == day + timedelta(days=1)
    assert today(over - timedelta(seconds=1), BERLIN) == day
