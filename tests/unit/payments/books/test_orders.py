"""Orders: what is left to give back, and receipt numbers."""

import json

import pytest

from functions.payments.books.orders import Intent, intent_of, receipt_of
from functions.payments.dues.models import Due, Share
from linli.ids import is_id, new_id
from tests.unit.payments.an_order import AMOUNT, OPEN, PAID
from tests.unit.payments.shop import NOW


def test_a_receipt_number_names_its_intent_and_is_an_id() -> None:
    intent = new_id(NOW)
    number = receipt_of(intent, NOW, "Asia/Shanghai")
    assert (intent_of(number), is_id(number), number[:11]) == (intent, True, "r-20260105-")


@pytest.mark.parametrize("text", ["", "r-", "x-20260105-abc", "r-day-abc", "20260105"])
def test_what_is_no_receipt_number_names_none(text: str) -> None:
    assert not intent_of(text)


def test_what_is_left_to_give_back() -> None:
    assert OPEN.refundable_fen == 0
    assert PAID.refundable_fen == AMOUNT
    assert PAID.model_copy(update={"reserved_fen": 80, "refunded_fen": 500}).refundable_fen == 3000


def test_what_the_version_before_wrote_is_read_as_it_was_meant() -> None:
    """Rows of before: neither payers nor shares nor credits."""
    told = {"bill": "bill-1", "home": "b1/101", "amount_fen": 3580}
    at = "2026-01-05T08:00:00.000Z"
    due = {**told, "period": "2025-12", "issued_at": at, "due_at": at, "state": "open"}
    found = Due.model_validate_json(json.dumps(due))
    assert (found.payers, found.left_fen) == (None, 0)
    assert found.is_of("anybody", ["b1/101"])
    assert not found.is_of("anybody", ["b1/102"])
    order = {
        **told,
        "intent": "i-1",
        "community": "willow",
        "payer": "p",
        "provider": "alipay",
        "seller": "s",
    }
    order |= {"app": "a", "state": "paid", "surplus": True, "created_at": at, "expires_at": at}
    intent = Intent.model_validate_json(json.dumps(order))
    assert (intent.bills, intent.parts) == (("bill-1",), (Share(bill="bill-1", amount_fen=3580),))
    assert not intent.is_by_hand
