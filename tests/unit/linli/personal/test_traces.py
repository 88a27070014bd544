"""A name and a phone are found in texts by who is told neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.personal.traces import MASK, Finder, key_of, traces_of

KEY = key_of("a secret of the stage", "request-1")
LAN = Finder(KEY, traces_of(KEY, ["兰芳芳"], ["+8613800138777"]))
SPELLINGS = [
    "13800138777", "138 0013 8777", "138-0013-8777", "+86 138 0013 8777", "+86-13800138777", "8613800138777",
    "008613800138777", "（86）138 0013 8777", "１３８００１３８７７７", "138.0013.8777",
]  # fmt: skip
AROUND = st.text(alphabet="请联系 abc，。:/-", max_size=12)


@pytest.mark.parametrize("phone", SPELLINGS)
@given(AROUND, AROUND)
def test_a_phone_is_found_however_it_is_written_down(phone: str, before: str, after: str) -> None:
    text = LAN.masked(f"{before} {phone} {after}")

    assert "8777" not in text
    assert "８７７７" not in text
    assert MASK in text


@given(AROUND, AROUND)
def test_a_name_is_found_inside_of_any_sentence(before: str, after: str) -> None:
    assert "兰芳芳" not in LAN.masked(f"{before}兰芳芳{after}")


@pytest.mark.parametrize(
    "text",
    [
        "兰芳", "13800138778", "2026-01-05T08:00:00.000Z", "order 0013800138777000", "the tap drips", "",
        "芳芳兰",
    ],
)  # fmt: skip
def test_what_is_of_others_stays(text: str) -> None:
    assert LAN.masked(text) == text


def test_two_numbers_beside_each_other_are_two() -> None:
    assert LAN.masked("13900139000 13800138777 13700137000") == "13900139000 *** 13700137000"


def test_a_name_in_letters_is_no_part_of_a_longer_word() -> None:
    al = Finder(KEY, traces_of(KEY, ["Al"], []))

    assert al.masked("Also al, AL and Sal.") == "Also ***, *** and Sal."


def test_a_surname_alone_and_what_is_no_number_leave_no_trace() -> None:
    assert traces_of(KEY, ["李", " "], ["110", "ask at the desk"]).model_dump() == {"names": [], "phones": []}


def test_marks_of_two_requests_have_nothing_in_common() -> None:
    other = traces_of(key_of("a secret of the stage", "request-2"), ["兰芳芳"], ["+8613800138777"])

    assert {each.mark for each in (*other.names, *other.phones)}.isdisjoint(
        each.mark for each in (*LAN.traces.names, *LAN.traces.phones)
    )


def test_a_number_of_another_country_is_found_as_it_is_dialled_at_home() -> None:
    away = Finder(KEY, traces_of(KEY, [], ["+442079460123"]))

    assert "0123" not in away.masked("call 020 7946 0123 or +44 20 7946 0123")
