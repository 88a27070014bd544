"""What a contract shows of a row or a record."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from linli.contracts import Contract, shown_as


@dataclass(frozen=True)
class Kept:
    """A record with more than is shown."""

    meter: str
    ticks: int
    secret: str = "never shown"


class Seen(Contract):
    """What is shown."""

    meter: str
    ticks: int
    reason: str | None = None


class Explained(Seen):
    """What is shown, and more than is kept."""

    words: str


@given(st.text(max_size=10), st.integers())
def test_what_has_the_same_name_is_shown_and_nothing_else(meter: str, ticks: int) -> None:
    assert shown_as(Seen, Kept(meter, ticks)) == Seen(meter=meter, ticks=ticks)


@given(st.text(max_size=10), st.integers(), st.integers())
def test_what_is_otherwise_goes_before_what_is_kept(meter: str, ticks: int, other: int) -> None:
    assert shown_as(Seen, Kept(meter, ticks), ticks=other, reason="why").ticks == other


@pytest.mark.parametrize("otherwise", [{}, {"words": 1}, {"words": "", "unheard": ""}])
def test_what_a_contract_does_not_allow_is_refused(otherwise: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        shown_as(Explained, Kept("m1", 1), **otherwise)
