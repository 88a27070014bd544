"""How a watched person is, and what people say that changes it."""

from functions.care.watching.state import came_back, gone_away
from tests.unit.care.watching.living import HOUR, MINUTE, NOW, at_home


def test_whoever_comes_back_is_seen_now() -> None:
    back = came_back(gone_away(at_home(), NOW + 72 * HOUR, NOW), NOW + 5 * HOUR, by_themself=False)
    assert (back.where, back.seen_at, back.away_until) == ("unknown", NOW + 5 * HOUR, None)
    assert came_back(back, NOW + 6 * HOUR, by_themself=False) == back


def test_an_absence_that_others_take_back_at_once_was_a_mistake() -> None:
    home = at_home()
    away = gone_away(home, NOW + 72 * HOUR, NOW)
    assert came_back(away, NOW + MINUTE, by_themself=False).seen_at == home.seen_at
    assert came_back(away, NOW + MINUTE, by_themself=True).seen_at == NOW + MINUTE
    assert came_back(away, NOW + 2 * HOUR, by_themself=False).seen_at == NOW + 2 * HOUR
