"""Silent orders: what to ask, and what the answer means."""

import pytest

from functions.payments.books.orders import Intent
from functions.payments.reconcile.domain import ask_of, is_over, meaning
from tests.unit.payments.an_order import CLOSED, OPEN, PAID, says
from tests.unit.payments.shop import NOW


@pytest.mark.parametrize(
    ("intent", "expired", "ask"),
    [
        (OPEN, False, "query"),
        (OPEN, True, "close"),
        (CLOSED, False, "close"),
        (CLOSED, True, "close"),
        (PAID, False, None),
    ],
)
def test_what_is_asked(intent: Intent, expired: bool, ask: str | None) -> None:
    assert ask_of(intent, intent.expires_at if expired else NOW) == ask


def test_an_order_that_cannot_be_found_to_be_closed_is_closed() -> None:
    assert meaning("close", says("unknown")).said == "closed"
    assert meaning("query", says("unknown")).said == "unknown"
    assert meaning("close", says("paid")).said == "paid"


@pytest.mark.parametrize("said", ["paid", "closed", "refunded", "waiting", "unknown"])
def test_when_there_is_nothing_left_to_ask(said: str) -> None:
    assert is_over(says(said)) == (said not in {"waiting", "unknown"})
