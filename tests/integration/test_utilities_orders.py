"""A register's ledger, page by page, in memory: whatever came in whatever order, its rows say the same."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

import pytest

from functions.utilities.entries import store as ledger
from functions.utilities.meters.models import Meter
from functions.utilities.readings.intervals import intervals
from functions.utilities.readings.models import Reading
from functions.utilities.registers.rows import DayRow, RegisterRow, UseRow
from functions.utilities.registers.site import Site
from functions.utilities.reviews.rows import HeldRow
from linli.tables import read
from linli.vocabulary.utilities import UtilitiesPolicy
from tests.integration.neighbourhood import METER
from tests.integration.quick_table import QuickTable, in_place_of_dynamodb

HALF_HOUR_MS, DAY_MS = 1_800_000, 86_400_000
START = 1_767_600_000_000
NOW = datetime.fromisoformat("2026-11-20T00:00:00Z")
OBIS = "8-0:1.0.0"


class WholeQueries(QuickTable):
    def _query(self, kwargs: dict[str, Any]) -> Any:
        return super()._query({name: value for name, value in kwargs.items() if name != "Limit"})


@pytest.fixture
def table(cloud: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # noqa: ARG001  its effect is wanted
    monkeypatch.setenv("LINLI_SERVICE", "utilities")
    monkeypatch.setattr("tests.integration.quick_table.QuickTable", WholeQueries)
    with in_place_of_dynamodb():
        yield


def site_of(meter: str) -> Site:
    fitted = Meter.model_validate(METER | {"meter": meter}, strict=False)
    return Site("willow", fitted, fitted.registers[0], "Asia/Shanghai", UtilitiesPolicy())


def life(random: Random) -> list[Reading]:
    """Weeks of a dial, and what firmware, clocks and units made of it."""
    step = random.choice([HALF_HOUR_MS, 6 * HALF_HOUR_MS, DAY_MS, 3 * DAY_MS])
    shown, ticks = [], random.choice([0, 120_507, 99_990_000])
    for number in range(random.randint(10, 90)):
        ticks = (ticks + random.randint(0, 300)) % 10**8
        shown.append(Reading(START + number * step + random.randint(0, 60_000), ticks))
    for _ in range(random.randint(0, 3)):
        first, length = random.randrange(len(shown)), random.randint(1, 12)
        kind = random.choice(["code", "nought", "litres", "high", "low", "clock", "round"])
        for place in range(first, min(first + length, len(shown))):
            each = shown[place]
            wrong = {
                "code": 16_777_215,
                "nought": 0,
                "litres": each.ticks * 1000 % 10**8,
                "high": (each.ticks + 9_000) % 10**8,
                "low": max(each.ticks - 5_000, 1),
                "clock": each.ticks,
                "round": each.ticks // 100 * 100,
            }[kind]
            at = each.at - 20 * DAY_MS if kind == "clock" else each.at
            shown[place] = Reading(at, wrong)
    return list({each.at: each for each in shown}.values())


def rows_after(meter: str, readings: list[Reading], sizes: Random | None) -> tuple[Any, ...]:
    """What the ledger's rows say: standings, use per day, what waits."""
    site, left, number = site_of(meter), list(readings), 0
    while left:
        size = sizes.randint(1, 20) if sizes else 1
        ledger.enter(site, left[:size], f"cause-{number}", NOW)
        left, number = left[size:], number + 1
    partition = DayRow.key.partition("willow", meter, OBIS)
    found = [each for row in DayRow.query(partition) for each in row.readings]
    months = [f"{year}-{month:02}" for year in (2025, 2026, 2027) for month in range(1, 13)]
    rows = read([UseRow.key("willow", month, meter, OBIS) for month in months])
    used = {
        (month, day): ticks
        for month in months
        if (row := rows.one(UseRow, UseRow.key("willow", month, meter, OBIS)))
        for day, (ticks, _) in row.days.items()
        if ticks
    }
    waiting = {
        (int(row.at), int(row.ticks), row.reason)
        for row in HeldRow.query(HeldRow.key.partition("willow"))
        if row.meter == meter
    }
    assert sum(used.values()) == sum(each.ticks for each in intervals(found, site.dial)), (
        "use is what was passed"
    )
    assert {each.at for each in found if each.standing == "held"} >= {
        at for at, _, why in waiting if why != "conflict"
    }
    key = RegisterRow.key("willow", meter, OBIS)
    state = read([key]).one(RegisterRow, key)
    assert state is not None
    assert state.last_at == max(each.at for each in found if each.standing == "kept")
    return found, used, waiting


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("seed", range(12))
def test_the_ledger_says_the_same_in_whatever_order_and_parts_readings_came(seed: int) -> None:
    random = Random(seed)  # noqa: S311  a life that can be looked at again
    readings = life(random)
    expected = rows_after("meter-1", sorted(readings, key=lambda each: each.at), None)
    shuffled = random.sample(readings, len(readings))
    assert rows_after("meter-2", shuffled, random) == expected
