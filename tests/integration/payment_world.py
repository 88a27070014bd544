"""Two payment providers that tell the truth, a till that forgets nothing, and all that must always hold."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from unittest.mock import patch

from functions.payments.books.ledger import Entry, balances
from functions.payments.books.orders import Intent, Refund
from functions.payments.books.rows import EntryRow, IntentRow, RefundRow
from functions.payments.dues.models import Due
from functions.payments.dues.rows import DueRow
from functions.payments.providers import client as outgoing
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Delivery, Order, RefundOrder, Silent
from functions.payments.providers.protocol.notices import Notice
from linli.events import Event
from linli.tables import OutboxRow, Row
from linli.vocabulary.payments import Provider
from tests.integration.paying import MERCHANTS, TRADES, yuan
from tests.integration.quick_table import QuickTable
from tests.unit.payments import shop
from tests.unit.payments.shop import REFUNDED, TRANSACTION

COMMUNITY = "willow"
RANKS = {"open": 0, "closed": 1, "paid": 2, "requested": 0, "failed": 1, "done": 2}


@dataclass
class Placed:
    """An order at its provider."""

    provider: Provider
    amount_fen: int
    state: str = "waiting"
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def left_fen(self) -> int:
        """What has not gone back."""
        return self.amount_fen - sum(self.refunds.values())

    @property
    def said(self) -> str:
        """What its provider answers: WeChat Pay, that some went back; Alipay, that all did: closed."""
        if self.provider == "wechat" and self.refunds:
            return "paid_and_back"
        return "closed" if self.provider == "alipay" and not self.left_fen else self.state


@dataclass
class Providers:
    """Both providers: what was ordered, paid and given back, and the notices they keep sending."""

    orders: dict[str, Placed] = field(default_factory=dict)
    notices: list[tuple[Provider, dict[str, str | int]]] = field(default_factory=list)
    silent: bool = False

    def order(self, merchant: Merchant, wanted: Order) -> dict[str, str]:
        """As `providers.order`."""
        self.orders.setdefault(wanted.id, Placed(merchant.provider, wanted.amount_fen))
        return {"package": wanted.id}

    def pay(self, intent: str) -> bool:
        """The payer pays, if they still can."""
        order = self.orders[intent]
        if order.state != "waiting":
            return False
        order.state = "paid"
        self.notices.append((order.provider, {"order": intent, "total": order.amount_fen}))
        return True

    def give_back(self, intent: str, refund: str, fen: int) -> bool:
        """Money goes back, once per number, if so much is left."""
        order = self.orders[intent]
        if refund in order.refunds:
            return True
        if order.state != "paid" or fen > order.left_fen:
            return False
        order.refunds[refund] = fen
        total = sum(order.refunds.values())
        self.notices.append(
            (
                order.provider,
                {
                    "order": intent,
                    "total": order.amount_fen,
                    "refund": refund,
                    "fen": fen if order.provider == "wechat" else total,
                },
            )
        )
        return True

    def query(self, merchant: Merchant, order: str) -> Notice:
        """As `providers.query`."""
        self._answer()
        found = self.orders.get(order)
        said = found.said if found else "unknown"
        amount_fen = found.amount_fen if found else None
        return Notice.model_validate(
            {
                "provider": merchant.provider,
                "notice": f"query-{order}",
                "said": said,
                "order": order,
                "trade": trade_of(merchant.provider, order),
                "amount_fen": amount_fen,
            }
        )

    def close(self, merchant: Merchant, order: str) -> Notice:
        """As `providers.close`."""
        self._answer()
        found = self.orders.get(order)
        if found and found.state == "waiting":
            found.state = "closed"
        return self.query(merchant, order)

    def refund(self, merchant: Merchant, wanted: RefundOrder) -> Notice:
        """As `providers.refund`."""
        self._answer()
        went = self.give_back(wanted.order, wanted.id, wanted.amount_fen)
        return self._of_refund(merchant, wanted, "refunded" if went else "refund_failed")

    def query_refund(self, merchant: Merchant, wanted: RefundOrder) -> Notice:
        """As `providers.query_refund`."""
        self._answer()
        there = wanted.id in self.orders[wanted.order].refunds
        return self._of_refund(merchant, wanted, "refunded" if there else "unknown")

    def _of_refund(self, merchant: Merchant, wanted: RefundOrder, said: str) -> Notice:
        return Notice.model_validate(
            {
                "provider": merchant.provider,
                "notice": f"{said}-{wanted.id}",
                "said": said,
                "order": wanted.order,
                "refund": wanted.id,
                "refund_fen": wanted.amount_fen if said == "refunded" else None,
            }
        )

    def _answer(self) -> None:
        if self.silent:
            raise Silent("silent")

    def delivery(self, number: int, now: datetime) -> tuple[Provider, Delivery]:
        """One of the notices as it comes in, once more."""
        provider, said = self.notices[number]
        order, total = str(said["order"]), int(said["total"])
        if provider == "wechat":
            return provider, _wechat(order, total, said, now)
        return provider, _alipay(order, total, said, now)


def trade_of(provider: Provider, order: str) -> str:
    """The provider's own number of an order."""
    return f"{TRADES[provider][:8]}{order}"


def _alipay(order: str, total: int, said: dict[str, str | int], now: datetime) -> Delivery:
    fields: dict[str, str | None] = {
        "out_trade_no": order,
        "trade_no": trade_of("alipay", order),
        "total_amount": yuan(total),
        "notify_id": f"n-{order}-{said.get('refund', '')}",
    }
    if "refund" in said:
        fields |= {"out_biz_no": str(said["refund"]), "refund_fee": yuan(int(said["fen"]))}
        fields |= {"gmt_refund": "2026-01-05 16:00:00"}
    made = shop.notified(**fields)
    return Delivery(made.headers, made.body, now)


def _wechat(order: str, total: int, said: dict[str, str | int], now: datetime) -> Delivery:
    amount: dict[str, str | int] = {"total": total, "payer_total": total, "currency": "CNY"}
    about = {"out_trade_no": order, "transaction_id": trade_of("wechat", order)}
    if "refund" not in said:
        made = shop.called(
            {**TRANSACTION, **about, "amount": amount}, skew=now - shop.NOW, notice=f"n-{order}"
        )
        return Delivery(made.headers, made.body, now)
    amount = {"total": total, "refund": said["fen"], "payer_total": total, "payer_refund": said["fen"]}
    plain = {**REFUNDED, **about, "out_refund_no": said["refund"], "amount": amount}
    notice = f"r-{said['refund']}"
    made = shop.called(plain, event="REFUND.SUCCESS", skew=now - shop.NOW, notice=notice)
    return Delivery(made.headers, made.body, now)


@contextmanager
def in_place_of_providers(providers: Providers) -> Iterator[None]:
    """Whom the client asks, and the merchants' secrets."""
    names = ("order", "query", "close", "refund", "query_refund")
    secrets = {f"merchants/willow/{name}": each.model_dump_json() for name, each in MERCHANTS.items()}
    with (
        patch.multiple(outgoing, **{name: getattr(providers, name) for name in names}),
        patch.object(merchants, "secret_if_any", lambda name, **_: secrets.get(name)),
    ):
        yield


@dataclass
class Books:
    """All that is stored, read without a call."""

    intents: dict[str, Intent]
    refunds: dict[str, Refund]
    dues: dict[str, Due]
    entries: list[Entry]
    facts: list[Event]

    @classmethod
    def of(cls, table: QuickTable) -> "Books":
        rows = [Row.from_raw_data(item) for item in table.items.values()]
        return cls(
            {row.intent.intent: row.intent for row in rows if isinstance(row, IntentRow)},
            {row.refund.refund: row.refund for row in rows if isinstance(row, RefundRow)},
            {row.due.bill: row.now for row in rows if isinstance(row, DueRow)},
            [row.entry for row in rows if isinstance(row, EntryRow)],
            [Event.model_validate_json(row.event) for row in rows if isinstance(row, OutboxRow)],
        )

    def states(self) -> dict[str, int]:
        """How far everything has come."""
        known = {f"intent {name}": RANKS[each.state] for name, each in self.intents.items()}
        known |= {f"refund {name}": RANKS[each.state] for name, each in self.refunds.items()}
        return known | {f"due {name}": RANKS[each.state] for name, each in self.dues.items()}


def check(books: Books, truth: Providers) -> None:
    """What holds after every step, however it ended."""
    totals = balances(books.entries)
    assert sum(totals.values()) == 0
    assert len({entry.entry for entry in books.entries}) == len(books.entries), "booked once each"
    _check_bills(books)
    _check_orders(books, truth)
    owed_fen = sum(due.amount_fen for due in books.dues.values() if due.state == "open")
    assert totals.get("dues", 0) == owed_fen
    told = Counter((event.type, event.subject) for event in books.facts)
    assert not [fact for fact, times in told.items() if times > 1], "told once each"


def _check_bills(books: Books) -> None:
    settled = Counter(entry.bill for entry in books.entries if entry.cause == "payment")
    for bill, due in books.dues.items():
        assert settled[bill] == (1 if due.paid_by else 0), "a bill is settled once at most"
        if due.paid_by:
            payer = books.intents[due.paid_by]
            assert (payer.state, payer.surplus, payer.receipt) == ("paid", False, due.receipt)
    open_ones = Counter((each.bill, each.payer) for each in books.intents.values() if each.state == "open")
    assert max(open_ones.values(), default=0) <= 1, "one open order per bill and payer"


def _check_orders(books: Books, truth: Providers) -> None:
    of_intent: dict[str, list[Refund]] = {}
    for refund in books.refunds.values():
        of_intent.setdefault(refund.intent, []).append(refund)
    for name, intent in books.intents.items():
        there = truth.orders.get(name)
        booked = [e for e in books.entries if e.intent == name and e.cause in {"payment", "surplus"}]
        assert len(booked) == (1 if intent.state == "paid" else 0)
        refunds = of_intent.get(name, [])
        done_fen = sum(each.amount_fen for each in refunds if each.state == "done")
        waits_fen = sum(each.amount_fen for each in refunds if each.state == "requested")
        assert (done_fen, waits_fen) == (intent.refunded_fen, intent.reserved_fen)
        assert done_fen <= intent.amount_fen
        if intent.state == "paid":
            assert there is not None
            assert there.state == "paid", "no money that the provider does not have"
            assert done_fen <= sum(there.refunds.values())


def later(now: datetime, minutes: float) -> datetime:
    """So many minutes on."""
    return now + timedelta(minutes=minutes)
