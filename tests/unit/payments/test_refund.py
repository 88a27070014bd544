"""Refunds: never more than came."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.books.orders import Intent, Refund, Why
from functions.payments.refund.domain import asked_back, ended_by_hand
from functions.payments.refund.models import RefundEnding, RefundWanted
from linli.errors import Conflict
from tests.unit.payments.an_order import AMOUNT, CLOSED, OPEN, PAID
from tests.unit.payments.shop import NOW


def test_what_is_asked_back_is_reserved() -> None:
    asked = RefundWanted(amount_fen=1000, reason=" paid twice ")
    effect = asked_back(PAID, asked, "refund-1", "manager-1", NOW)
    assert effect.intent is not None
    assert (effect.intent.reserved_fen, effect.intent.refundable_fen) == (1000, AMOUNT - 1000)
    (refund,) = effect.refunds
    assert (refund.state, refund.requested_by, refund.why) == ("requested", "manager-1", "asked")
    assert (refund.asked_because, refund.reason) == ("paid twice", None)
    assert [fact.entity() for fact in effect.facts] == ["refund-1"]
    assert effect.entries == ()


@pytest.mark.parametrize("intent", [OPEN, CLOSED])
def test_nothing_goes_back_of_what_was_not_paid(intent: object) -> None:
    with pytest.raises(Conflict):
        asked_back(intent, RefundWanted(), "refund-1", "manager-1", NOW)  # type: ignore[arg-type]  # by parameter


@given(st.lists(st.one_of(st.none(), st.integers(1, AMOUNT * 2)), max_size=10))
def test_all_refunds_together_never_exceed_the_payment(asked: list[int | None]) -> None:
    intent, reserved = PAID, 0
    for number, fen in enumerate(asked):
        with suppress(Conflict):
            effect = asked_back(intent, RefundWanted(amount_fen=fen), f"refund-{number}", "manager-1", NOW)
            assert effect.intent is not None
            intent, reserved = effect.intent, reserved + effect.refunds[0].amount_fen
        assert intent.reserved_fen == reserved <= AMOUNT
    if None in asked:
        assert reserved == AMOUNT


# A stuck refund ends

HANDED = RefundEnding(how="handed_back", means="cash", reason="异常", evidence="收据 17")
ANEW = RefundEnding(how="asked_anew", reason="异常", evidence="工单 88")


def stuck(fen: int, why: Why = "asked") -> tuple[Intent, Refund]:
    refund = Refund.of(PAID, "refund-1", fen, why, NOW).model_copy(update={"state": "stuck"})
    return PAID.model_copy(update={"reserved_fen": fen}), refund


@given(
    fen=st.integers(1, AMOUNT),
    why=st.sampled_from(["asked", "surplus"]),
    ending=st.sampled_from([HANDED, ANEW]),
)
def test_a_stuck_refund_ends_once_and_the_books_stay_whole(fen: int, why: Why, ending: RefundEnding) -> None:
    intent, refund = stuck(fen, why)

    effect = ended_by_hand(intent, refund, ending, "refund-2", by="manager-1", now=NOW)

    assert effect.intent is not None
    assert effect.intent.reserved_fen + effect.intent.refunded_fen == fen
    ended = effect.refunds[0]
    assert (ended.ended_by, ended.reason, ended.evidence) == ("manager-1", ending.reason, ending.evidence)
    moved = {line.account: line.fen for entry in effect.entries for line in entry.lines}
    handed = {"surplus" if why == "surplus" else "refunds": fen, "cash": -fen}
    assert moved == (handed if ending is HANDED else {})
    with pytest.raises(Conflict):
        ended_by_hand(effect.intent, ended, ending, "refund-3", by="manager-1", now=NOW)


def test_a_refund_asked_anew_has_a_number_and_a_fact_of_its_own() -> None:
    intent, refund = stuck(1000)

    effect = ended_by_hand(intent, refund, ANEW, "refund-2", by="manager-1", now=NOW)

    old, new = effect.refunds
    assert (old.state, new.refund, new.state, new.amount_fen) == ("failed", "refund-2", "requested", 1000)
    assert [fact.entity() for fact in effect.facts] == ["refund-2"]


@pytest.mark.parametrize("state", ["requested", "done", "failed"])
def test_what_is_not_stuck_is_not_ended_by_hand(state: str) -> None:
    intent, refund = stuck(1000)
    with pytest.raises(Conflict):
        ended_by_hand(intent, refund.model_copy(update={"state": state}), HANDED, "r", by="m", now=NOW)


def test_money_that_the_provider_told_of_is_not_handed_back_a_second_time() -> None:
    intent, refund = stuck(1000)
    told = intent.model_copy(update={"told_back_fen": 1000})
    with pytest.raises(Conflict) as refused:
        ended_by_hand(told, refund, HANDED, "r", by="m", now=NOW)
    assert refused.value.extensions["told_fen"] == 1000
