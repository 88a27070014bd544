"""What the sandbox's providers know of orders and refunds; kept in `book.json`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import RLock
from typing import Any

CHINA = timezone(timedelta(hours=8))


class No(Exception):
    """It cannot be done; `args[0]` is a word for it."""


@dataclass
class Refund:
    """Money that goes back; `state` is processing or success."""

    number: str
    fen: int
    state: str
    at: str


@dataclass
class Order:
    """An order at a provider; `state` is open, paid or closed. Times are China's, without an offset."""

    provider: str
    seller: str
    app: str
    order: str
    trade: str
    fen: int
    subject: str
    notify_url: str
    made_at: str
    expires_at: str
    state: str = "open"
    paid_at: str = ""
    handle: str = ""
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded_fen(self) -> int:
        return sum(each.fen for each in self.refunds)

    def refund(self, number: str) -> Refund | None:
        return next((each for each in self.refunds if each.number == number), None)


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def now_in_china() -> datetime:
    return datetime.now(CHINA)


def text_of(at: datetime) -> str:
    """As Alipay and statement files write it."""
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def with_offset(text: str) -> str:
    """As WeChat Pay writes it."""
    return f"{text.replace(' ', 'T')}+08:00"


class Book:
    """All orders, by provider and order number. Change it only inside `changing`."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "book.json"
        self.lock = RLock()
        self.orders: dict[tuple[str, str], Order] = {}
        for each in json.loads(self.file.read_text(encoding="utf-8")) if self.file.exists() else []:
            refunds = [Refund(**refund) for refund in each.pop("refunds")]
            self.put(Order(**each, refunds=refunds))

    def put(self, order: Order) -> None:
        self.orders[order.provider, order.order] = order

    def find(self, provider: str, order: str) -> Order | None:
        """An order; one that nobody paid in time is closed."""
        found = self.orders.get((provider, order))
        if found and found.state == "open" and found.expires_at < text_of(now_in_china()):
            found.state = "closed"
        return found

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One at a time, and kept afterwards."""
        with self.lock:
            yield
            whole = [asdict(each) for each in self.orders.values()]
            partial = self.file.with_suffix(".partial")
            partial.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
            partial.replace(self.file)

    def pay(self, order: Order) -> None:
        """The payer's thumb. Raises No when it is closed or has been paid."""
        if order.state != "open":
            raise No(f"the order is {order.state}")
        order.state, order.paid_at = "paid", text_of(now_in_china())

    def statement(self, provider: str, seller: str, day: str) -> list[tuple[Order, Refund | None]]:
        """What happened to a seller's money on a day."""
        ours = [each for each in self.orders.values() if (each.provider, each.seller) == (provider, seller)]
        paid: list[Any] = [(each, None) for each in ours if each.paid_at.startswith(day)]
        return paid + [(each, back) for each in ours for back in each.refunds if back.at.startswith(day)]
