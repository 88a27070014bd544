from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.intake.models import Batch, Offered
from functions.utilities.intake.placing import OLDEST, placed
from linli.instants import to_millis
from tests.unit.utilities.registers.a_site import site

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
METER = site(device="hub-1").meter


def offered(**changed: Any) -> Offered:
    whole: dict[str, Any] = {"meter": "m-1", "register": None, "measured_at": NOW, "value": Decimal("1.5")}
    return Offered(**whole | changed)


def batch(each: Offered, sender: str | None = None) -> Batch:
    return Batch("willow", [each], "e-1", NOW, sender)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"register": "8-0:2.0.0"}, "unknown_register"),
        ({"value": Decimal(100_000)}, "not_on_its_dial"),
        ({"value": Decimal("0.0001")}, "not_on_its_dial"),
        ({"measured_at": NOW + timedelta(minutes=5, seconds=1)}, "in_the_future"),
        ({"measured_at": NOW - OLDEST - timedelta(seconds=1)}, "too_old"),
    ],
)
def test_what_cannot_be_entered_says_why(changed: dict[str, Any], why: str) -> None:
    each = offered(**changed)
    assert placed(each, METER, batch(each)) == why


def test_a_meter_that_is_not_there_or_another_devices_is_refused() -> None:
    each = offered()
    assert placed(each, None, batch(each)) == "unknown_meter"
    assert placed(each, METER, batch(each, "m-2")) == "not_its_meter"
    for sender in (None, "m-1", "hub-1"):
        assert not isinstance(placed(each, METER, batch(each, sender)), str)


@given(st.integers(0, 99_999_999), st.booleans())
def test_a_reading_is_in_ticks_at_its_instant(ticks: int, estimated: bool) -> None:
    each = offered(value=Decimal(ticks).scaleb(-3), estimated=estimated)
    found = placed(each, METER, batch(each))
    assert not isinstance(found, str)
    _, register, reading = found
    assert (register.obis, reading.at, reading.ticks) == ("8-0:1.0.0", to_millis(NOW), ticks)
    assert reading.kind == ("estimate" if estimated else "actual")


def test_what_was_read_while_its_meter_was_not_in_use_stands_aside() -> None:
    for used in ({"installed_at": NOW + timedelta(hours=1)}, {"closed_at": NOW - timedelta(hours=1)}):
        each = offered()
        found = placed(each, METER.model_copy(update=used), batch(each))
        assert not isinstance(found, str)
        assert found[2].standing == "conflict"
