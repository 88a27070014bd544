from datetime import UTC, date, datetime

from functions.utilities.home_use.windows import by_window
from functions.utilities.readings.models import Interval
from tests.unit.utilities.bills.january import ZONE, tariff


def test_windows_split_use_by_local_time_even_past_midnight() -> None:
    windows = [
        {"name": "peak", "since": "08:00:00", "until": "22:00:00", "price": "0.6"},
        {"name": "valley", "since": "22:00:00", "until": "08:00:00", "price": "0.3"},
    ]
    timed = tariff(medium="electricity", windows=windows).windows or []
    start = int(datetime(2026, 1, 4, 16, tzinfo=UTC).timestamp()) * 1000
    day = Interval(start, start + 24 * 3_600_000, 2400, False)
    assert by_window([day], timed, [date(2026, 1, 5)], ZONE) == {
        date(2026, 1, 5): {"peak": 1400, "valley": 1000}
    }
