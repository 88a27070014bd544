"""Telephone numbers: one form for all spellings, and none for what is not told."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.care.watching.watch import Contact
from functions.directory.person.models import Person, PersonRecord
from linli.contracts import Contract
from linli.phones import E164_PATTERN, Phone, canonical, compared, parts


class Reached(Contract):
    phone: Phone


MOBILE = [
    "13800000000",
    "138 0000 0000",
    "138-0000-0000",
    "+8613800000000",
    "+86 138 0000 0000",
    "0086 13800000000",
    "86 13800000000",
    "(+86)13800000000",
    "＋８６１３８００００００００",
    "\u202a+86 138\u20110000\u20110000\u202c",
]


@pytest.mark.parametrize("text", MOBILE)
def test_one_mobile_number_has_one_form_in_all_its_spellings(text: str) -> None:
    assert canonical(text) == "+8613800000000"
    assert Reached(phone=text).phone == "+8613800000000"
    assert PersonRecord(name="Li", phone=text).phone == "+8613800000000"
    assert Contact(name="Li", phone=text).phone == "+8613800000000"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("010-8888 0000", "+861088880000"),
        ("(010) 8888.0000", "+861088880000"),
        ("+86 (0)10 8888 0000", "+861088880000"),
        ("86-10-8888 0000", "+861088880000"),
        ("0571 8888000", "+865718888000"),
        ("400-123-4567", "+864001234567"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0044 20 7946 0000", "+442079460000"),
        ("+1 (212) 555-0100", "+12125550100"),
    ],
)
def test_area_codes_and_other_countries_keep_what_is_theirs(text: str, number: str) -> None:
    assert canonical(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "", "+", "12345", "110", "8888 0000", "1380000000", "138000000000", "010-88880000-8012", "ext 5",
        "13800000000x2", "+0138000000", "+86138000000001234", "1" * 200, "٠١٠88880000a",
    ],
)  # fmt: skip
def test_what_is_no_number_or_cannot_be_told_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="no telephone number such as"):
        Reached(phone=text)


EXTENSIONS = [
    "+8657188888888;ext=801", "tel:+86-571-8888-8888;ext=801", "0571-88888888 ext. 801",
    "0571-8888 8888转801", "0571-88888888 分机801", "0571-88888888 分机：801",
    "0571-88888888#801", "057188888888 x801",
]  # fmt: skip


@pytest.mark.parametrize("text", EXTENSIONS)
def test_an_extension_is_kept_apart_in_all_its_spellings(text: str) -> None:
    assert canonical(text) == "+8657188888888;ext=801"
    assert canonical(canonical(text)) == canonical(text)
    assert parts(canonical(text)) == ("+8657188888888", "801")
    assert PersonRecord(name="Li", phone=text).phone == Contact(name="Li", phone=text).phone


@pytest.mark.parametrize(
    "text", ["+8613800000000;ext=1", "138 0000 0000 转 8", "+8657188888888;ext=", "转801"]
)
def test_what_has_no_extension_or_nothing_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no telephone number such as"):
        canonical(text)


def test_a_number_of_before_is_compared_by_its_form_where_it_has_one() -> None:
    assert compared("139 0001 0001") == compared("+8613900010001")
    assert compared("88880000") == "88880000"


@given(st.from_regex(E164_PATTERN.replace("$", r"\Z"), fullmatch=True))
@example("+8600013800000000")
def test_a_number_that_was_kept_in_that_form_is_still_read(number: str) -> None:
    assume(not number.startswith("+860") or re.fullmatch(E164_PATTERN, f"+86{number[3:].lstrip('0')}"))
    assert canonical(canonical(number)) == canonical(number)
    if not number.startswith("+860"):
        assert canonical(number) == number


@given(st.text(max_size=45))
def test_whatever_is_taken_is_e164(text: str) -> None:
    try:
        number, _ = parts(canonical(text))
    except ValueError:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert 7 <= len(number[1:]) <= 15


def test_a_record_of_before_is_shown_as_it_was_written() -> None:
    assert Person(person="p-1", name="Li", phone="88880000").phone == "88880000"
