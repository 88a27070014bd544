"""A certificate's serial is one text, whichever tool printed it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.providers.keys.serials import alipay_serial, wechat_serial

numbers = st.integers(16**38, 16**40 - 1)


@given(numbers)
def test_every_tools_spelling_of_a_serial_is_the_same(number: int) -> None:
    plain = f"{number:040X}"
    known = wechat_serial(plain)
    octets = ":".join(plain[at : at + 2] for at in range(0, 40, 2))
    spellings = [
        plain.lower(), f"0x{plain}", octets, octets.lower(), octets.replace(":", " "), f"00{plain}",
        f"00:{octets}", f"serial={plain}", f"  {plain}\n", f'"{plain}"', f"{number:X}",
        plain[:20] + "\n" + plain[20:],
    ]  # fmt: skip
    assert {wechat_serial(each) for each in spellings} == {known}
    if len(str(number)) > 40:
        assert wechat_serial(str(number)) == known
    assert int(known, 16) == number


@given(numbers, numbers)
def test_two_serials_never_become_one(one: int, other: int) -> None:
    assert (wechat_serial(f"{one:040X}") == wechat_serial(f"{other:040X}")) == (one == other)


def test_the_id_of_a_public_key_stays_as_it_is() -> None:
    known = "PUB_KEY_ID_0114232134912410000000000000"
    assert wechat_serial(known) == wechat_serial(f" {known}\n") == wechat_serial(known.lower()) == known


@pytest.mark.parametrize("text", ["", "serial", "PUB_KEY_ID_a b", "ABC", "5157F09E-FDC0", "F" * 65, "٣" * 40])
def test_what_is_no_serial_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no serial"):
        wechat_serial(text)


def test_an_alipay_serial_keeps_its_noughts_and_other_names_stay() -> None:
    md5 = "0f" * 16
    assert {alipay_serial(each) for each in (md5, md5.upper(), md5[1:], f" {md5} ")} == {md5}
    assert (alipay_serial("1"), alipay_serial("Alipay 2026 ")) == ("1", "Alipay 2026")
