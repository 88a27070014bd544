"""What there is to pay of bills, less credits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.dues.payable import lowered_by, refuse_if_paid, shares_of
from linli.errors import Conflict
from tests.unit.payments.an_order import due

fens = st.lists(st.integers(1, 100_000), min_size=1, max_size=5)


def test_a_credit_is_for_the_same_payers_of_the_same_home() -> None:
    bill = due("bill-1", 500, payers=("new",))
    for no_credit in (
        due("c", -100, payers=("former",)),
        due("c", -100, home="b1/102"),
        due("c", -100, refunded_fen=100),
        due("c", -100, state="paid"),
    ):
        assert lowered_by([bill], [no_credit]) == ()
    for credit in (due("c", -100), due("c", -300, refunded_fen=200, payers=("new", "x"))):
        assert [share.amount_fen for share in lowered_by([bill], [credit])] == [-100]


@given(owed=fens, carried=fens)
def test_credits_lower_bills_to_nought_and_no_further(owed: list[int], carried: list[int]) -> None:
    dues = [due(f"bill-{at}", fen) for at, fen in enumerate(owed)]
    credits_ = [due(f"credit-{at}", -fen) for at, fen in enumerate(carried)]
    shares = shares_of(dues, credits_)
    assert sum(share.amount_fen for share in shares) == max(0, sum(owed) - sum(carried))
    left = {credit.bill: credit.left_fen for credit in credits_}
    assert all(0 < -share.amount_fen <= left[share.bill] for share in shares[len(dues) :])


def test_one_bill_without_credits_needs_no_shares() -> None:
    assert shares_of([due("bill-1", 500)], []) == ()


@pytest.mark.parametrize("told", [due("bill-1", 500, state="paid"), due("credit-1", -500)])
def test_what_has_nothing_left_to_pay_is_refused(told: object) -> None:
    refuse_if_paid(due("bill-1", 500))
    with pytest.raises(Conflict):
        refuse_if_paid(told)  # type: ignore[arg-type]
