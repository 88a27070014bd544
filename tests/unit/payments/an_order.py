"""An order and what providers say of it, as plain data."""

from datetime import timedelta
from typing import Any

from functions.payments.books.orders import Intent, Refund
from functions.payments.dues.models import Due
from functions.payments.providers.protocol.notices import Notice
from tests.unit.payments.shop import INTENT, NOW

AMOUNT = 3580
OPEN = Intent(
    intent=INTENT,
    community="willow",
    bill="bill-1",
    home="b1/101",
    payer="willow-resident-1",
    provider="wechat",
    seller="1900000109",
    app="wx8888888888888888",
    amount_fen=AMOUNT,
    state="open",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
)
PAID = OPEN.model_copy(
    update={"state": "paid", "trade": "T1", "paid_at": NOW, "receipt": f"r-20260105-{INTENT}"}
)
CLOSED = OPEN.model_copy(update={"state": "closed"})
REFUND = Refund(
    refund="refund-1",
    intent=INTENT,
    bill="bill-1",
    provider="wechat",
    amount_fen=1000,
    why="asked",
    state="requested",
    requested_at=NOW,
)


def says(said: str, **changed: Any) -> Notice:
    """A notice of WeChat Pay that fits `OPEN` in every respect."""
    told: dict[str, Any] = {
        "provider": "wechat",
        "notice": "EV-1",
        "said": said,
        "order": INTENT,
        "trade": "T1",
        "amount_fen": AMOUNT,
        "seller": OPEN.seller,
        "app": OPEN.app,
        "at": NOW,
    }
    return Notice.model_validate(told | changed)


def due(bill: str, fen: int, **more: Any) -> Due:
    """A bill of a home, or a credit where `fen` is below nought."""
    told = {"bill": bill, "home": "b1/101", "period": "2025-12", "amount_fen": fen, "state": "open"}
    return Due.model_validate(told | {"issued_at": NOW, "due_at": NOW} | more)
