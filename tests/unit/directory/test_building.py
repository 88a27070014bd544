from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.directory.building.models import Unit


@given(st.decimals("0.01", "100000", places=2))
def test_an_area_survives_the_way_in_and_out(area: Decimal) -> None:
    text = Unit(unit="101", area_m2=area).model_dump_json()

    assert Unit.model_validate_json(text).area_m2 == area


@pytest.mark.parametrize(
    "area", ['"0"', '"-1"', '"89.505"', '"100000.01"', '"NaN"', "1e999", '"much"', "true"]
)
def test_what_is_no_area_is_refused(area: str) -> None:
    with pytest.raises(ValidationError):
        Unit.model_validate_json(f'{{"unit": "101", "area_m2": {area}}}')
