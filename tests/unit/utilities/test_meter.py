import json
from datetime import UTC, datetime
from decimal import Decimal
from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from functions.utilities.meter.domain import opening, replaced
from functions.utilities.meter.models import MeterRegistered, Replacement
from functions.utilities.meters.models import Meter, Register, Value
from linli.errors import Conflict, InvalidRequest

METER = {
    "meter": "m-1",
    "medium": "water",
    "registers": [{"obis": "8-0:1.0.0"}],
    "home": "b1/101",
    "installed_at": datetime(2025, 12, 1, tzinfo=UTC),
}


def replacement(**fitted: object) -> Replacement:
    new = METER | {"meter": "m-2", "installed_at": datetime(2026, 1, 5, tzinfo=UTC)} | fitted
    shown = {"obis": "8-0:1.0.0", "value": Decimal(3)}
    return Replacement.model_validate({"final": [shown], "fitted": new | {"initial": [shown]}})


@pytest.mark.parametrize(
    "wrong",
    [
        {"registers": [{"obis": "1-0:1.8.0"}]},
        {"registers": [{"obis": "8-0:256.0.0"}]},
        {"registers": [{"obis": "8.0.1"}]},
        {"registers": [{"obis": "8-0:1.0.0"}, {"obis": "8-0:1.0.0"}]},
        {"registers": []},
        {"home": None},
        {"asset": "pump-house"},
        {"home": "b1"},
        {"medium": "steam"},
    ],
)
def test_meters_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MeterRegistered.model_validate(METER | wrong)


def test_a_dial_shows_what_its_digits_allow() -> None:
    register = Register(obis="8-0:1.0.0", digits=3, decimals=2)
    assert register.ticks(Decimal("999.99")) == 99_999
    assert register.ticks(Decimal(1000)) is None
    assert register.ticks(Decimal("0.001")) is None
    doubled = register.model_copy(update={"multiplier": Decimal(40)})
    assert doubled.quantity(150) == Decimal(60)


@pytest.mark.parametrize(
    ("shown", "ticks"),
    [
        (217.00000000000003, 217_000),
        (1586.2500000001, 1_586_250),
        (0.1 + 0.2, 300),
        ("141.2", 141_200),
        (99999.99900000001, 99_999_999),
        (0, 0),
    ],
)
def test_what_binary_floats_add_to_a_dial_is_no_digit(shown: float | str, ticks: int) -> None:
    value = TypeAdapter(Value).validate_json(json.dumps(shown), strict=True)
    assert Register(obis="8-0:1.0.0").ticks(value) == ticks


@given(st.integers(0, 10**9 - 1), st.integers(0, 4), st.integers(-4, 4))
def test_a_dial_is_read_whatever_way_through_floats_its_value_came(
    ticks: int, decimals: int, ulps: int
) -> None:
    register = Register(obis="8-0:1.0.0", digits=9, decimals=decimals)
    shown = float(register.value(ticks))
    for _ in range(abs(ulps)):
        shown = nextafter(shown, inf if ulps > 0 else 0)
    value = TypeAdapter(Value).validate_json(json.dumps(shown), strict=True)
    assert register.ticks(value) == ticks


@pytest.mark.parametrize("shown", [264.34205, 1.23456, 0.00001, 123456789.00005])
def test_a_digit_below_all_dials_is_refused(shown: float) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Value).validate_json(json.dumps(shown), strict=True)


def test_a_digit_below_the_dial_is_not_on_it() -> None:
    assert Register(obis="8-0:1.0.0").ticks(Decimal("264.3425")) is None
    assert Register(obis="8-0:1.0.0", digits=9).ticks(Decimal("123456789.0005")) is None


def test_a_meter_that_names_a_concentrator_still_speaks_for_itself() -> None:
    assert Meter.model_validate(METER | {"device": "hub-1"}).senders == {"m-1", "hub-1"}
    assert Meter.model_validate(METER).senders == {"m-1"}


def test_a_replacement_links_both_and_closes_the_old_one() -> None:
    old = Meter.model_validate(METER)
    closed, opened = replaced(old, replacement())
    assert (closed.replaced_by, opened.replaces) == ("m-2", "m-1")
    assert closed.closed_at == opened.installed_at
    assert [reading.ticks for _, reading, _ in opening(replacement().fitted)] == [3000]
    with pytest.raises(Conflict):
        replaced(closed, replacement())


@pytest.mark.parametrize(
    "wrong", [{"medium": "heat", "registers": [{"obis": "6-0:1.0.0"}]}, {"meter": "m-1"}, {"home": "b1/102"}]
)
def test_what_does_not_belong_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        replaced(Meter.model_validate(METER), replacement(**wrong))
