"""The payment providers (支付渠道): one small pure module each, all of one shape."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from functions.payments.providers.alipay import messages as alipay
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import (
    Acknowledgement,
    Delivery,
    Order,
    Question,
    RefundOrder,
    Stamp,
)
from functions.payments.providers.protocol.notices import Notice
from functions.payments.providers.wechat import messages as wechat
from linli.errors import LinliError
from linli.vocabulary.payments import Provider


class Provides(Protocol):
    """What a provider's module can do. Nothing in it sends, waits or looks at a clock."""

    def verify(self, delivery: Delivery, merchant: Merchant, /) -> None:
        """Whether the provider itself signed this. Raises Refused: Malformed, Stale, UnknownSerial, Probe."""

    def parse(self, delivery: Delivery, merchant: Merchant, /) -> Notice:
        """What a verified delivery says; whose order and money it is is not checked. Raises Unreadable."""

    def reply(self, error: LinliError | None = None, /) -> Acknowledgement:
        """The answer to a callback in the provider's own form: done, or come again because of `error`."""

    def prepay(self, order: Order, merchant: Merchant, at: Stamp, /) -> Question[str] | None:
        """Tell the provider of an order, get its handle; None where the payer's own app does that."""

    def parameters(self, order: Order, handle: str, merchant: Merchant, at: Stamp, /) -> dict[str, str]:
        """What the mini-program hands to the provider's cashier (收银台), signed by us."""

    def query(self, order: str, merchant: Merchant, at: Stamp, /) -> Question[Notice]:
        """What became of an order: paid, waiting, closed or unknown."""

    def close(self, order: str, merchant: Merchant, at: Stamp, /) -> Question[Notice]:
        """Close an order: closed, unknown, or waiting when it cannot be closed; the order is queried then."""

    def refund(self, refund: RefundOrder, merchant: Merchant, at: Stamp, /) -> Question[Notice]:
        """Send money back: refunded, waiting (it takes its time) or refund_failed (it never will)."""

    def query_refund(self, refund: RefundOrder, merchant: Merchant, at: Stamp, /) -> Question[Notice]:
        """What became of a refund: refunded, waiting, refund_failed, or unknown when it never got there."""

    def statement(
        self, day: date, merchant: Merchant, at: Stamp, /
    ) -> Question[Question[tuple[Notice, ...]] | None]:
        """Where the statement (对账单) of a day in China is, then its lines; None when nothing happened."""


PROVIDERS: Mapping[Provider, Provides] = {"alipay": alipay, "wechat": wechat}
