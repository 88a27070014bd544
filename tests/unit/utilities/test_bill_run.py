from datetime import UTC, datetime, timedelta

import pytest

from functions.utilities.bill_run.domain import month_before, plan
from linli.errors import Conflict
from tests.unit.utilities.bills.january import ZONE


def test_a_month_is_billed_when_it_is_over_by_local_time() -> None:
    over = datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert plan("2026-01", ZONE, 15, over).due_at == over + timedelta(days=15)
    with pytest.raises(Conflict):
        plan("2026-01", ZONE, 15, over - timedelta(seconds=1))
    assert month_before(datetime(2026, 1, 31, 17, tzinfo=UTC), ZONE) == "2026-01"
