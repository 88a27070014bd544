import json
from decimal import Decimal
from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from functions.utilities.meters.models import Meter, Register, Value
from tests.unit.utilities.meters.a_water_meter import METER


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
