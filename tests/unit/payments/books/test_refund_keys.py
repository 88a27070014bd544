"""A refund has one key of ours, whoever made it and whatever its number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.books.refund_keys import refund_key
from functions.payments.providers.protocol.notices import Notice
from tests.unit.payments.an_order import says


@given(number=st.text(min_size=1, max_size=64))
def test_every_number_of_a_refund_has_a_key_that_may_stand_in_ours(number: str) -> None:
    key = refund_key(says("refunded", refund=number, refund_fen=1000))
    assert key == number or key.startswith("elsewhere-")
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize("refund", [None, "Console No. 1"])
def test_refunds_made_elsewhere_of_two_orders_are_two(refund: str | None) -> None:
    told = {"provider": "alipay", "notice": "n-1", "said": "refunded", "refund": refund, "refunded_fen": 300}
    keys = {refund_key(Notice.model_validate({**told, "order": order})) for order in ("order-1", "order-2")}
    assert len(keys) == 2
