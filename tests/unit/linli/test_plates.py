"""Plates in one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli import plates


@pytest.mark.parametrize(
    "said", ["京A·12345", "京a12345", "京A 12345", "京Ａ－１２３４５", "京A.12345", " 京A•12345\n"]
)
def test_a_plate_is_one_however_it_is_written(said: str) -> None:
    assert plates.canonical(said) == "京A12345"


@given(st.text())
def test_the_form_of_a_form_is_itself(said: str) -> None:
    assert plates.canonical(plates.canonical(said)) == plates.canonical(said)


@pytest.mark.parametrize(
    "said", ["京A·12345", "粤BD12345", "京A1234学", "使·014578", "WJ京12345", "粤Z1234港", "京A12345D"]
)
def test_plates_of_the_mainland_are_known(said: str) -> None:
    assert plates.is_of_china(plates.canonical(said))


@pytest.mark.parametrize(
    "said",
    ["", "无", "A12345", "京A1234", "13800000000", "京12345A", "京A123456789", "川A1234O", "川A123456"],
)
def test_what_is_no_plate_of_the_mainland_is_told(said: str) -> None:
    assert not plates.is_of_china(plates.canonical(said))
