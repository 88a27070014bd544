import pytest
from pydantic import ValidationError

from functions.directory.person.models import PersonRecord


@pytest.mark.parametrize("phone", ["+8613800000001", "13800000001", "0086 138-0000-0001"])
def test_a_phone_is_a_number_to_dial_from_anywhere(phone: str) -> None:
    assert PersonRecord(name="李雷", phone=phone).phone == "+8613800000001"


@pytest.mark.parametrize("name", ["", "   ", "\u3000", "x" * 101])
def test_what_nobody_can_read_is_no_name(name: str) -> None:
    with pytest.raises(ValidationError):
        PersonRecord(name=name, phone="+8613800000001")


def test_a_name_is_kept_without_the_blanks_around_it() -> None:
    assert PersonRecord(name=" 李 ", phone="+8613800000001").name == "李"


@pytest.mark.parametrize("phone", ["", "call me", "12345", "8888 0000", "+86 138", "1" * 16, "+", "١٢٣٤٥"])
def test_anything_else_is_not(phone: str) -> None:
    with pytest.raises(ValidationError):
        PersonRecord(name="李雷", phone=phone)
