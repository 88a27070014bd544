"""The books: entries sum to zero, or are none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.payments.books import ledger
from functions.payments.books.ledger import Entry, Line, balances
from tests.unit.payments.an_order import AMOUNT, PAID, REFUND
from tests.unit.payments.shop import NOW

amounts = st.integers(1, 10**12)


def entry(*lines: tuple[Any, int]) -> Entry:
    made = tuple(Line(account=account, fen=fen) for account, fen in lines)
    return Entry(entry="e", cause="bill", at=NOW, lines=made, bill="bill-1")


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=6))
def test_an_entry_is_refused_unless_its_lines_sum_to_zero(fen: list[int]) -> None:
    lines = [("dues", each) for each in fen]
    if sum(fen) == 0 and all(fen):
        assert entry(*lines)
    else:
        with pytest.raises(ValidationError):
            entry(*lines)


def test_one_line_is_no_entry() -> None:
    with pytest.raises(ValidationError):
        entry(("dues", 0))


@given(amount=amounts, back=amounts, surplus=st.booleans())
def test_what_is_booked_sums_to_zero(amount: int, back: int, surplus: bool) -> None:
    paid, refund = (
        PAID.model_copy(update={"amount_fen": amount}),
        REFUND.model_copy(update={"amount_fen": back}),
    )
    entries = [
        ledger.issued("bill-1", amount, NOW),
        ledger.paid(paid, NOW, None, surplus=surplus),
        ledger.refunded(refund, NOW, None, surplus=surplus),
    ]
    totals = balances(entries)
    assert sum(totals.values()) == 0
    assert totals["wechat"] == amount - back
    assert len({each.entry for each in entries}) == len(entries)


def test_a_payment_moves_what_is_owed_to_what_the_provider_holds() -> None:
    entries = [ledger.issued("bill-1", AMOUNT, NOW), ledger.paid(PAID, NOW, NOW, surplus=False)]
    assert balances(entries) == {"dues": 0, "charges": -AMOUNT, "wechat": AMOUNT}
