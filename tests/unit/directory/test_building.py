from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.directory.building.domain import building_changed, unit_changed, unit_told
from functions.directory.building.models import Building, BuildingPatch, BuildingShown, Unit, UnitPatch

AREA = st.decimals("0.01", "100000", places=2)
NAME = st.text("楼单元 aB1", min_size=1, max_size=100).filter(str.strip)
PATCH = st.fixed_dictionaries({}, optional={"name": st.none() | NAME, "area_m2": st.none() | AREA})


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


@given(st.none() | NAME, AREA, PATCH)
def test_a_patch_of_a_unit_changes_what_it_names_and_a_repeat_nothing(
    name: str | None, area: Decimal, said: dict[str, Any]
) -> None:
    unit = Unit(unit="101", name=name, area_m2=area)
    patch = UnitPatch(**said)

    after = unit_changed(unit, patch)

    assert after.unit == "101"
    assert after.name == (patch.name if "name" in said else unit.name)
    assert after.area_m2 == (said.get("area_m2") or area)
    assert unit_changed(after, patch) == after


def test_a_name_changes_and_the_id_stays() -> None:
    building = BuildingShown(building="b3", name="b3")
    assert building_changed(building, BuildingPatch(name=" 3号楼 ")).name == "3号楼"
    assert building_changed(building, BuildingPatch()) == building


def test_a_unit_without_a_name_is_told_by_its_id() -> None:
    unit = Unit(unit="301", area_m2=Decimal(80))
    assert unit_told("willow", "b3", unit, 1).name == "301"


@pytest.mark.parametrize("name", ["", "  ", "\u3000", "x" * 101])
def test_what_nobody_can_read_is_no_name(name: str) -> None:
    for contract in (BuildingPatch, UnitPatch):
        with pytest.raises(ValidationError):
            contract(name=name)
    with pytest.raises(ValidationError):
        Building(building="b1", name=name)
