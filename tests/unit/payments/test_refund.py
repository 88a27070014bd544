"""Refunds: never more than came."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.refund.domain import asked_back
from linli.errors import Conflict
from tests.unit.payments.an_order import AMOUNT, CLOSED, OPEN, PAID
from tests.unit.payments.shop import NOW


def test_what_is_asked_back_is_reserved() -> None:
    effect = asked_back(PAID, 1000, "refund-1", "manager-1", NOW)
    assert effect.intent is not None
    assert (effect.intent.reserved_fen, effect.intent.refundable_fen) == (1000, AMOUNT - 1000)
    (refund,) = effect.refunds
    assert (refund.state, refund.requested_by, refund.why) == ("requested", "manager-1", "asked")
    assert [fact.entity() for fact in effect.facts] == ["refund-1"]
    assert effect.entries == ()


@pytest.mark.parametrize("intent", [OPEN, CLOSED])
def test_nothing_goes_back_of_what_was_not_paid(intent: object) -> None:
    with pytest.raises(Conflict):
        asked_back(intent, None, "refund-1", "manager-1", NOW)  # type: ignore[arg-type]  # by parameter


@given(st.lists(st.one_of(st.none(), st.integers(1, AMOUNT * 2)), max_size=10))
def test_all_refunds_together_never_exceed_the_payment(asked: list[int | None]) -> None:
    intent, reserved = PAID, 0
    for number, fen in enumerate(asked):
        with suppress(Conflict):
            effect = asked_back(intent, fen, f"refund-{number}", "manager-1", NOW)
            assert effect.intent is not None
            intent, reserved = effect.intent, reserved + effect.refunds[0].amount_fen
        assert intent.reserved_fen == reserved <= AMOUNT
    if None in asked:
        assert reserved == AMOUNT
