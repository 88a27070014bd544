from datetime import date

import pytest

from functions.utilities.household.domain import told
from functions.utilities.household.models import StayTold
from linli.errors import Conflict, InvalidRequest

HERE, THERE = "b1/101", "b1/102"


def test_a_manager_says_on_which_days_somebody_lived_there() -> None:
    stays = [(HERE, "2026-01-05", None), (THERE, None, "2025-12-31")]
    assert told(stays, HERE, StayTold(since=date(2026, 1, 1)), lives_there=True) == ("2026-01-01", None)
    assert told(stays, HERE, StayTold(until=date(2026, 2, 1)), lives_there=True) == (
        "2026-01-05",
        "2026-02-01",
    )
    with pytest.raises(InvalidRequest):
        told(stays, HERE, StayTold(until=date(2026, 1, 4)), lives_there=True)
    with pytest.raises(Conflict):
        told([], HERE, StayTold(since=date(2026, 2, 2)), lives_there=False)
