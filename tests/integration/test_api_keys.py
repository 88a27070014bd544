"""API keys: told again to whom they were issued, found by what they say, and of use to nobody else."""

from typing import Literal

import pytest

from linli.api_keys import ApiKeys, Holder
from linli.errors import Forbidden

Scope = Literal["community", "sub_district"]
LETTERS: dict[str, Scope] = {"c": "community", "d": "sub_district"}
KEYS, OTHERS = ApiKeys("hotline", LETTERS), ApiKeys("courier", LETTERS)
HOLDER: Holder[Scope] = Holder("sub_district", "riverside", "hotline-1")


@pytest.mark.usefixtures("cloud")
def test_a_key_says_whose_it_is_and_is_the_same_whenever_it_is_told() -> None:
    api_key = KEYS.text(HOLDER, "01j")

    assert KEYS.holder(api_key) == HOLDER
    assert KEYS.text(HOLDER, "01j") == api_key
    KEYS.check(api_key, KEYS.digest(api_key))


@pytest.mark.usefixtures("cloud")
def test_a_key_of_another_issue_another_use_or_out_of_force_is_refused() -> None:
    api_key = KEYS.text(HOLDER, "01j")

    for stored in (None, KEYS.digest(KEYS.text(HOLDER, "02j")), OTHERS.digest(api_key)):
        with pytest.raises(Forbidden):
            KEYS.check(api_key, stored)
    assert OTHERS.text(HOLDER, "01j") != api_key


@pytest.mark.parametrize(
    "made_up", ["", "d", "x.riverside.h.secret", "d.riverside.h", "d.R.h.s", "d.r.h.s.t"]
)
def test_what_is_no_key_is_refused(made_up: str) -> None:
    with pytest.raises(Forbidden):
        KEYS.holder(made_up)
