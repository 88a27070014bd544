"""Where a provider's statement (对账单) of a day and our books differ. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from functions.payments.books.ledger import Entry
from functions.payments.books.orders import Intent, Refund
from functions.payments.books.refund_keys import refund_key
from functions.payments.providers.protocol.notices import Notice
from functions.payments.providers.protocol.statement_files import CHINA
from linli.contracts import Contract
from linli.local_times import Day
from linli.vocabulary.payments import Provider

What = Literal["not_in_our_books", "not_in_the_statement", "amount_differs"]
Movement = tuple[str, str | None]  # the order, and the refund when money went back


class Discrepancy(Contract):
    """One order or refund of a day on which the provider and we do not agree; amounts in fen."""

    day: Day
    provider: Provider
    order: str
    refund: str | None = None
    what: What
    ours_fen: int | None = None
    theirs_fen: int | None = None


@dataclass(frozen=True, slots=True)
class OurOrder:
    """An order of ours that a statement names, with its refunds, as they are now."""

    intent: Intent
    refunds: tuple[Refund, ...] = ()

    @property
    def back_fen(self) -> int:
        """What went back of the order, in fen, below zero."""
        return -sum(each.amount_fen for each in self.refunds if each.state == "done")

    def moved_fen(self, refund: str | None) -> int | None:
        """What the order, or a refund of it, moved in fen, whenever we heard of that: in above zero, out
        below. None if we have not heard of it.
        """
        if refund is None:
            return self.intent.amount_fen if self.intent.state == "paid" else None
        booked = {each.refund: each.amount_fen for each in self.refunds if each.state == "done"}
        fen = (booked | self.intent.named).get(refund)
        return None if fen is None else -fen


def moved_by(lines: Iterable[Notice]) -> dict[Movement, int]:
    """What the lines of a statement moved, in fen."""
    moved: dict[Movement, int] = {}
    for line in lines:
        if line.said == "refunded":
            moved[line.order, refund_key(line)] = -(line.refund_fen or 0)
        elif line.said == "paid":
            moved[line.order, None] = line.amount_fen or 0
    return moved


def moved_on(day: date, provider: Provider, entries: Iterable[Entry]) -> dict[Movement, int]:
    """What entries moved at a provider on a day, in fen. A payment that a refund proved is of no day, since
    nobody told us when it was made; a refund without a time is one of ours, and is booked as it is carried
    out.
    """

    def is_of_that_day(entry: Entry) -> bool:
        at = entry.moved_at or (entry.at if entry.refund else None)
        return at is not None and at.astimezone(CHINA).date() == day

    return {
        (entry.intent, entry.refund): line.fen
        for entry in entries
        if entry.intent is not None and is_of_that_day(entry)
        for line in entry.lines
        if line.account == provider
    }


def _back(moved: Mapping[Movement, int]) -> dict[str, int]:
    """How much went back of each order, in fen, below zero."""
    totals: dict[str, int] = {}
    for (order, refund), fen in moved.items():
        if refund is not None:
            totals[order] = totals.get(order, 0) + fen
    return totals


def differences(
    day: date,
    provider: Provider,
    lines: Iterable[Notice],
    held: Mapping[str, OurOrder],
    entries: Iterable[Entry],
) -> Iterator[Discrepancy]:
    """Where a day's lines differ from the orders that they name, and from the `entries` of that day.

    Refunds agree in all, too, on the day or ever: Alipay's notices tell totals, without each one's number.
    """
    theirs, on_that_day = moved_by(lines), moved_on(day, provider, entries)
    back_that_day = _back(on_that_day)
    alike = {
        order
        for order, fen in _back(theirs).items()
        if order in held and fen in (held[order].back_fen, back_that_day.get(order))
    }
    for (order, refund), theirs_fen in sorted(theirs.items(), key=str):
        if refund is not None and order in alike:
            continue
        found = held[order].moved_fen(refund) if order in held else None
        if found != theirs_fen:
            yield Discrepancy(
                day=day,
                provider=provider,
                order=order,
                refund=refund,
                what="not_in_our_books" if found is None else "amount_differs",
                ours_fen=found,
                theirs_fen=theirs_fen,
            )
    for (order, refund), ours_fen in sorted(on_that_day.items(), key=str):
        if (order, refund) not in theirs and not (refund is not None and order in alike):
            yield Discrepancy(
                day=day,
                provider=provider,
                order=order,
                refund=refund,
                what="not_in_the_statement",
                ours_fen=ours_fen,
            )
