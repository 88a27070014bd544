"""One spelling per kind: every reader's spelling of one card is that card, and of no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.access.credentials.spellings import CANONICAL, canonical, former
from functions.access.gates.models import CredentialKind

KINDS: list[CredentialKind] = list(CANONICAL)
SECRET = "abcdefghijklmnopqrstuvwxyz234567"
CODE = f"li-na.{SECRET}"

SAME: list[tuple[CredentialKind, str, list[str]]] = [
    (
        "card",
        "0008271495",
        ["8271495", " 0008271495", "0008271495\r\n", "08271495", "０００８２７１４９５", "0008 271495"],
    ),
    (
        "card",
        "007E3687",
        ["007e3687", "7E3687", "00:7E:36:87", "00-7e-36-87", "00 7E 36 87", "0x7E3687", "7e3687\x00"],
    ),
    (
        "card",
        "04A22B91C15C80",
        ["4a22b91c15c80", "04:a2:2b:91:c1:5c:80", "04.A2.2B.91.C1.5C.80", "04A2-2B91-C15C-80"],
    ),
    ("card", "12:34:56:78", ["12345678", "12-34-56-78", "0012345678"]),
    ("card", "0x10", ["0X0010", " 0x10\n"]),
    ("card", "willow-resident-1-card", ["willow-resident-1-card\r\n", " willow-resident-1-card"]),
    (
        "plate",
        "京A12345",
        ["京a12345", "京A·12345", "京A-12345", "京A 12345", "京Ａ１２３４５", "京A•12345", "京A.12345\r\n"],
    ),
    ("plate", "粤B·D12345", ["粤bd12345", "粤B D12345"]),
    ("phone", "a4c138aabbcc", ["A4:C1:38:AA:BB:CC", "A4-C1-38-AA-BB-CC", "a4c1.38aa.bbcc", "A4C138AABBCC\n"]),
    (
        "qr",
        CODE,
        [CODE + "\r\n", CODE + "\n", CODE.upper(), " " + CODE, "]Q3" + CODE, "\x02" + CODE + "\x03"],
    ),
    ("qr", "WIFI-of-somebody", ["WIFI-of-somebody\r\n", "\tWIFI-of-somebody"]),
    ("face", "T-1aB", ["T-1aB\n", " T-1aB"]),
]

DISTINCT: list[tuple[CredentialKind, str, str]] = [
    ("card", "10", "0x10"),
    ("card", "8271495", "007E3687"),  # the same number, in decimals and in hex: nobody can tell
    ("card", "007E3687", "87367E00"),  # a reversed byte order
    ("card", "0008271495", "OOO8271495"),  # letters for noughts
    ("card", "0008271495", "8271496"),
    ("card", "126-13959", "12613959"),  # a site's code in front
    ("card", "126,13959", "12613959"),
    ("card", "card-a", "card-A"),
    ("card", "10", "100"),
    ("plate", "京A12345", "京A12346"),
    ("plate", "京A12O45", "京A12045"),
    ("phone", "0a4c138aabbc", "a4c138aabbc"),  # an address is as long as it is
    ("phone", "key-1", "KEY-1"),
    ("qr", "WIFI-of-somebody", "wifi-of-somebody"),
    ("face", "t-1", "T-1"),
]


@pytest.mark.parametrize(("kind", "known", "shown"), SAME, ids=[one[1] for one in SAME])
def test_another_spelling_is_the_same_credential(kind: CredentialKind, known: str, shown: list[str]) -> None:
    assert {spelled: canonical(kind, spelled) for spelled in shown} == dict.fromkeys(
        shown, canonical(kind, known)
    )


@pytest.mark.parametrize(("kind", "one", "other"), DISTINCT, ids=[f"{one[1]} {one[2]}" for one in DISTINCT])
def test_another_credential_stays_another_one(kind: CredentialKind, one: str, other: str) -> None:
    assert canonical(kind, one) != canonical(kind, other)


@pytest.mark.parametrize("kind", KINDS)
@given(value=st.text(max_size=40))
def test_the_spelling_of_a_spelling_is_itself(kind: CredentialKind, value: str) -> None:
    once = canonical(kind, value)
    assert canonical(kind, once) == once


@given(st.integers(0, 2**64), st.integers(0, 6), st.sampled_from(["", " ", "\r\n", "\t", "\x00"]))
def test_a_number_is_itself_with_noughts_before_and_line_ends_after_it(
    number: int, noughts: int, end: str
) -> None:
    assert canonical("card", "0" * noughts + str(number) + end) == str(number)


@given(st.integers(0, 2**64), st.integers(0, 2**64))
def test_two_numbers_are_two_cards(one: int, other: int) -> None:
    assert (canonical("card", str(one)) == canonical("card", str(other))) is (one == other)


uids = st.binary(min_size=4, max_size=10).filter(lambda uid: any(c in "abcdef" for c in uid.hex()))


@given(uids, uids, st.sampled_from(["", ":", "-", ".", " "]), st.booleans())
def test_two_uids_are_two_cards_in_whatever_spelling(
    one: bytes, other: bytes, separator: str, upper: bool
) -> None:
    spelled = one.hex(separator) if separator else one.hex()
    spelled = spelled.upper() if upper else spelled
    assert canonical("card", spelled) == canonical("card", one.hex())
    same = one.lstrip(b"\0") == other.lstrip(b"\0")
    assert (canonical("card", other.hex()) == canonical("card", spelled)) is same


@given(st.text(alphabet="ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", min_size=6, max_size=7), st.integers(0, 6))
def test_a_dot_in_a_plate_makes_no_other_plate(rest: str, at: int) -> None:
    assert canonical("plate", f"沪{rest[:at]}·{rest[at:].lower()}") == f"沪{rest}"


FORMER: list[tuple[CredentialKind, str, str]] = [
    ("card", "0008271495", "8271495"),
    ("card", "0008271495", " 08271495\r\n"),
    ("card", "08271495", "8271495"),
    ("card", "007E3687", "7e3687"),
    ("card", "007e3687", "00:7E:36:87"),
    ("card", "00:7e:36:87", "007E3687"),
    ("card", "04:A2:2B:91:C1:5C:80", "4A22B91C15C80"),
    ("plate", "京A·12345", "京a12345"),
    ("plate", "京A12345", "京A-12345"),
    ("phone", "a4c138aabbcc", "A4:C1:38:AA:BB:CC"),
    ("phone", "A4:C1:38:AA:BB:CC", "a4c138aabbcc"),
    ("face", "t-1\n", "t-1\n"),
]


@pytest.mark.parametrize(("kind", "typed", "shown"), FORMER, ids=[f"{one[1]!r} {one[2]!r}" for one in FORMER])
def test_what_was_hashed_as_it_was_typed_is_found_by_other_spellings(
    kind: CredentialKind, typed: str, shown: str
) -> None:
    assert typed in [canonical(kind, shown), *former(kind, shown)]


@pytest.mark.parametrize("kind", KINDS)
@given(value=st.text(min_size=1, max_size=40))
def test_what_was_hashed_as_it_is_shown_is_always_found_and_few_are_read(
    kind: CredentialKind, value: str
) -> None:
    spelled = [canonical(kind, value), *former(kind, value)]
    assert value in spelled
    assert len(spelled) == len(set(spelled)) <= 8
