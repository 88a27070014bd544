"""A payment by hand is what its bills ask for, and of the last year."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.payments.books import ledger
from functions.payments.books.settlement import Known, arrived
from functions.payments.dues.payable import shares_of
from functions.payments.hand_payment.domain import Taking, as_order, refuse_what_cannot_be
from functions.payments.hand_payment.models import HandPayment
from functions.payments.refund.domain import asked_back
from functions.payments.refund.models import RefundWanted
from linli.errors import Conflict, InvalidRequest
from tests.unit.payments.an_order import due
from tests.unit.payments.shop import INTENT, NOW, REFUND

TAKING = Taking(INTENT, "willow", "willow-manager-1", NOW)


def taken(fen: int, *bills: str, **more: Any) -> HandPayment:
    told = {"bills": bills or ("bill-1",), "means": "cash", "amount_fen": fen, "reference": "No. 1"}
    return HandPayment.model_validate(told | more)


fens = st.integers(1, 100_000)


@given(st.lists(fens, min_size=1, max_size=5), st.lists(fens, max_size=4))
def test_bills_less_credits_is_what_is_taken_and_the_books_are_even(
    owed: list[int], carried: list[int]
) -> None:
    dues = [due(f"bill-{at}", fen) for at, fen in enumerate(owed)]
    credits_ = [due(f"credit-{at}", -fen) for at, fen in enumerate(carried)]
    shares = shares_of(dues, credits_)
    wanted = sum(share.amount_fen for share in shares) if shares else owed[0]
    assert wanted == max(0, sum(owed) - sum(carried))
    if not wanted:
        return
    order = as_order(taken(wanted, *(each.bill for each in dues)), dues, shares, TAKING)
    effect = arrived(Known(order), order, NOW, NOW)
    assert [line.fen for entry in effect.entries for line in entry.lines] == [wanted, -wanted]
    assert [fact.bill for fact in effect.facts] == [each.bill for each in dues]  # type: ignore[attr-defined]
    assert sum(part.amount_fen for part in effect.pays) == wanted
    with pytest.raises(Conflict, match="another amount"):
        as_order(taken(wanted + 1), dues, shares, TAKING)


@given(
    st.lists(st.tuples(fens, st.booleans()), min_size=1, max_size=5),
    st.lists(fens, max_size=3),
    st.booleans(),
)
def test_of_several_bills_what_others_paid_meanwhile_goes_back_and_nothing_else(
    owed: list[tuple[int, bool]], carried: list[int], credit_gone: bool
) -> None:
    dues = [due(f"bill-{at}", fen) for at, (fen, _) in enumerate(owed)]
    shares = shares_of(dues, [due(f"credit-{at}", -fen) for at, fen in enumerate(carried)])
    wanted = sum(share.amount_fen for share in shares) if shares else owed[0][0]
    if not wanted:
        return
    order = as_order(taken(wanted, *(each.bill for each in dues)), dues, shares, TAKING)
    gone = {f"bill-{at}" for at, (_, is_gone) in enumerate(owed) if is_gone}
    gone |= {share.bill for share in shares if share.amount_fen < 0 and credit_gone}
    effect = arrived(Known(order, taken=frozenset(gone)), order, NOW, NOW)
    assert not gone & {part.bill for part in effect.pays}
    used = sum(part.amount_fen for part in effect.pays)
    back = sum(refund.amount_fen for refund in effect.refunds)
    assert used + back == wanted
    assert used >= 0
    lines = [line for entry in effect.entries for line in entry.lines]
    assert sum(line.fen for line in lines) == 0
    assert sum(line.fen for line in lines if line.account == "surplus") == -back


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=-400)])
def test_money_of_another_time_is_refused(ahead: timedelta) -> None:
    with pytest.raises(InvalidRequest):
        refuse_what_cannot_be(taken(1, moved_at=NOW + ahead), NOW)
    refuse_what_cannot_be(taken(1, moved_at=NOW - timedelta(days=3)), NOW)
    refuse_what_cannot_be(taken(1), NOW)


@pytest.mark.parametrize(
    "wrong",
    [{"reference": " "}, {"bills": ("a", "a")}, {"bills": ()}, {"means": "alipay"}, {"amount_fen": 0}],
)
def test_what_says_too_little_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        taken(1, **wrong)


def test_a_payment_by_hand_is_given_back_by_hand() -> None:
    order = as_order(taken(500), [due("bill-1", 500)], (), TAKING)
    paid = arrived(Known(order), order, NOW, NOW)
    assert paid.intent is not None
    effect = asked_back(paid.intent, RefundWanted(amount_fen=200), REFUND, "willow-manager-2", NOW)
    assert effect.intent is not None
    assert (effect.intent.refunded_fen, effect.intent.reserved_fen) == (200, 0)
    assert [refund.state for refund in effect.refunds] == ["done"]
    totals = ledger.balances([*paid.entries, *effect.entries])
    assert totals == {"cash": 300, "dues": -500, "refunds": 200}
