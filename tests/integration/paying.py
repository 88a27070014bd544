"""A community that takes payments: bills, orders, and callbacks signed as the providers sign them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from functions.payments.books.ledger import Entry
from functions.payments.books.orders import Intent, Refund
from functions.payments.books.rows import CallbackRow, EntryRow, IntentRow, RefundRow
from functions.payments.callbacks.store import callback_id
from functions.payments.dues.models import Due
from functions.payments.dues.rows import DueRow
from functions.payments.providers import client as outgoing
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Delivery, Order
from functions.payments.providers.protocol.notices import Notice
from linli import secrets
from linli.events import Fact
from linli.tables import find
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.payments import Provider
from linli.vocabulary.utilities import BillIssued
from tests.integration import gateway
from tests.integration.conftest import Http, Invoke, Service, published
from tests.integration.gateway import NOW
from tests.integration.messages import batch, told
from tests.integration.neighbourhood import keep_merchant, willow
from tests.integration.people import WILLOW_RESIDENT, member
from tests.unit.payments import shop
from tests.unit.payments.shop import NOTIFICATION, REFUNDED, TRANSACTION

DUES = "/communities/willow/dues"
INTENTS = "/communities/willow/payment_intents"
MERCHANTS: dict[Provider, Merchant] = {"alipay": shop.alipay(), "wechat": shop.wechat()}
MONTH = "2026-01"
AMOUNT = 3580
TRADES: dict[Provider, str] = {
    "alipay": str(NOTIFICATION["trade_no"]),
    "wechat": str(TRANSACTION["transaction_id"]),
}


@dataclass
class Answer:
    """What a provider is answered."""

    status: int
    body: str

    @property
    def accepted(self) -> bool:
        """Whether it will not come again."""
        return self.status == 204 or (self.status, self.body) == (200, "success")


SAME_HOME = member("willow-resident-2", "willow", "resident")
both = pytest.mark.parametrize("provider", ["alipay", "wechat"])


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


@dataclass
class Till:
    """Payments as the world sees it: `app` is the service, `callbacks` the project of the public route."""

    app: Chalice
    callbacks: Chalice
    http: Http
    invoke: Invoke
    community: str = "willow"
    sent: int = 0
    asked: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)

    def furnish(self) -> None:
        """Both merchants, the community's policies, and two residents at one home."""
        merchants._refreshed_at.clear()
        secrets._missing.clear()
        for merchant in MERCHANTS.values():
            keep_merchant(merchant)
        self.tell("community", willow())
        for number in (1, 2):
            person = f"willow-resident-{number}"
            fact = MembershipChanged(
                community="willow", person=person, roles=["resident"], home="b1/101", version=1
            )
            self.tell("household", fact)

    def tell(self, function: str, *facts: Fact, now: datetime = NOW) -> list[str]:
        """What the function says to facts from the bus."""
        messages = [told(fact, f"{function}-{number}", now) for number, fact in enumerate(facts)]
        answer = self.invoke(self.app, function, batch(*messages, sent=now))
        assert not answer["batchItemFailures"]
        return list(answer["outcomes"])

    def owe(self, bill: str = "bill-1", amount_fen: int = AMOUNT, home: str = "b1/101") -> str:
        """A bill of the home."""
        fact = BillIssued(
            community="willow",
            bill=bill,
            home=home,
            period="2025-12",
            amount_fen=amount_fen,
            issued_at=NOW - timedelta(days=1),
            due_at=NOW + timedelta(days=14),
        )
        (outcome,) = self.tell("bill", fact)
        return outcome

    def order(
        self,
        provider: Provider = "alipay",
        bill: str = "bill-1",
        payer: dict[str, Any] = WILLOW_RESIDENT,
        now: datetime = NOW,
    ) -> str:
        """The id of an open order, made over HTTP."""
        body = {"bill": bill, "provider": provider, "open_id": "o-1"}
        made = self.http(self.app, "POST", INTENTS, body=body, now=now, **payer)
        assert made.status == 201, made
        return str(made.body["intent"])

    def deliver(
        self, delivery: Delivery, provider: Provider | None = None, community: str = "willow"
    ) -> Answer:
        """Send a callback as the provider would."""
        named = provider or ("wechat" if "Wechatpay-Nonce" in delivery.headers else "alipay")
        self.sent += 1
        event = gateway.event(
            self.callbacks,
            "POST",
            f"/callbacks/{named}/{community}",
            person="nobody",
            grants={},
            body=delivery.body.decode(),
            headers=dict(delivery.headers),
            now=delivery.now,
            request_id=f"callback-{self.sent}",
        )
        del event["requestContext"]["authorizer"]
        del event["headers"]["Authorization"]
        raw = self.invoke(self.callbacks, "api", event)
        return Answer(raw["statusCode"], raw["body"] or "")

    def tick(self, function: str, minutes: float) -> str:
        """So many minutes later, the schedule of a function."""
        event = {
            "id": "tick",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "time": (NOW + timedelta(minutes=minutes)).isoformat(),
            "account": "123456789012",
            "region": "eu-west-1",
            "resources": [],
            "detail": {},
            "version": "0",
        }
        return str(self.invoke(self.app, function, event)["outcome"])

    def intent(self, intent: str) -> Intent:
        """An order as it is stored."""
        return find(IntentRow, IntentRow.key(self.community, intent)).intent

    def due(self, bill: str = "bill-1") -> Due:
        """A bill as it is stored."""
        return find(DueRow, DueRow.key(self.community, bill)).now

    def refunds(self, intent: str) -> list[Refund]:
        """An order's refunds."""
        rows = RefundRow.query(
            IntentRow.key.partition(self.community, intent), RefundRow.sk.startswith("refund#")
        )
        return [row.refund for row in rows]

    def entries(self) -> list[Entry]:
        """All that is booked."""
        return [row.entry for row in EntryRow.query(EntryRow.key.partition(self.community, MONTH))]

    def facts(self) -> list[str]:
        """What was published, by the last part of its type."""
        return sorted(event.type.split(".")[2] for event in published(self.community))

    def callback(self, notice: Notice) -> CallbackRow:
        """A callback in the inbox."""
        return find(CallbackRow, CallbackRow.key(self.community, callback_id(notice)))

    def inbox(self, state: str) -> list[CallbackRow]:
        """The callbacks in a state."""
        return list(CallbackRow.by_shelf.query(CallbackRow.in_state(self.community, state)))

    def refused(self, day: str = "2026-01-05") -> list[CallbackRow]:
        """The callbacks that were refused."""
        return list(CallbackRow.query(CallbackRow.refused.partition(self.community, day)))


def paid(provider: Provider, intent: str, amount_fen: int = AMOUNT, **changed: Any) -> Delivery:
    """A provider says that an order was paid."""
    if provider == "alipay":
        fields = {"out_trade_no": intent, "total_amount": yuan(amount_fen), "notify_id": f"n-{intent}"}
        return shop.notified(**{**fields, **changed})
    amount = {"total": amount_fen, "payer_total": amount_fen, "currency": "CNY", "payer_currency": "CNY"}
    plain = {**TRANSACTION, "out_trade_no": intent, "amount": amount, **changed}
    return shop.called(plain, notice=f"EV-{intent}")


def refunded(provider: Provider, intent: str, refund: str, fen: int, total: int = AMOUNT) -> Delivery:
    """A provider says that money went back; Alipay tells the order's total, here of this refund alone."""
    if provider == "alipay":
        return shop.notified(
            out_trade_no=intent,
            total_amount=yuan(total),
            out_biz_no=refund,
            refund_fee=yuan(fen),
            gmt_refund="2026-01-05 16:01:00",
            notify_id=f"r-{refund}",
            trade_status="TRADE_CLOSED" if fen == total else "TRADE_SUCCESS",
        )
    amount = {"total": total, "refund": fen, "payer_total": total, "payer_refund": fen}
    plain = {**REFUNDED, "out_trade_no": intent, "out_refund_no": refund, "amount": amount}
    return shop.called(plain, event="REFUND.SUCCESS", notice=f"EV-{refund}")


def untouched(till: Till, intent: str) -> bool:
    """Whether nothing has happened to an order and its bill."""
    booked = [entry for entry in till.entries() if entry.cause != "bill"]
    return (till.intent(intent).state, till.due().state, booked, till.facts()) == ("open", "open", [], [])


def answer_of(provider: Provider, intent: str, said: str, **more: Any) -> Notice:
    """What a provider answers when it is asked."""
    merchant = MERCHANTS[provider]
    told = {"provider": merchant.provider, "notice": f"asked-{intent}", "said": said, "order": intent}
    return Notice.model_validate(told | {"trade": shop.NOTIFICATION["trade_no"]} | more)


@pytest.fixture(name="till")
def furnished_till(service: Service, http: Http, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> Till:
    """A furnished till; the providers take every order that they are told of."""
    made = Till(service("payments"), service("payments-callback"), http, invoke)
    made.furnish()

    def order(merchant: Merchant, wanted: Order) -> dict[str, str]:
        made.asked.append(f"order {merchant.provider} {wanted.id} {wanted.amount_fen}")
        made.subjects.append(wanted.subject)
        return {"package": f"prepay_id={wanted.id}"}

    monkeypatch.setattr(outgoing, "order", order)
    return made
