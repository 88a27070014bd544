"""Orders: what is left to give back, and receipt numbers."""

import pytest

from functions.payments.orders import intent_of, receipt_of
from linli.ids import is_id, new_id
from tests.unit.payments.books import AMOUNT, OPEN, PAID
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
