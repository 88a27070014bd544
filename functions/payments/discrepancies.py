"""Where a provider's statement (对账单) of a day and our books differ. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from functions.payments.ledger import Entry
from functions.payments.notices import Notice
from functions.payments.settling import refund_key
from functions.payments.statement_files import CHINA
from linli.contracts import Contract
from linli.events import Provider

What = Literal["not_in_our_books", "not_in_the_statement", "amount_differs"]
Movement = tuple[str, str | None]  # the order, and the refund when money went back


class Discrepancy(Contract):
    """One order or refund of a day on which the provider and we do not agree; amounts in fen."""

    day: date
    provider: Provider
    order: str
    refund: str | None = None
    what: What
    ours_fen: int | None = None
    theirs_fen: int | None = None


def booked(entries: Iterable[Entry], provider: Provider, on: Callable[[Entry], bool]) -> dict[Movement, int]:
    """What the entries that are `on` it moved at a provider, in fen: in above zero, out below."""
    return {
        (entry.intent, entry.refund): line.fen
        for entry in entries
        if entry.intent is not None and on(entry)
        for line in entry.lines
        if line.account == provider
    }


def told(lines: Iterable[Notice]) -> dict[Movement, int]:
    """What the lines of a statement moved, in fen."""
    moved: dict[Movement, int] = {}
    for line in lines:
        if line.said == "refunded":
            moved[line.order, refund_key(line)] = -(line.refund_fen or 0)
        elif line.said == "paid":
            moved[line.order, None] = line.amount_fen or 0
    return moved


def _agree_in_all(theirs: dict[Movement, int], ours: dict[Movement, int]) -> set[str]:
    """The orders whose refunds agree in all: Alipay's notices tell totals, without each refund's number."""

    def back(moved: dict[Movement, int]) -> dict[str, int]:
        totals: dict[str, int] = {}
        for (order, refund), fen in moved.items():
            if refund is not None:
                totals[order] = totals.get(order, 0) + fen
        return totals

    of_ours = back(ours)
    return {order for order, fen in back(theirs).items() if of_ours.get(order) == fen}


def differences(
    day: date, provider: Provider, lines: Iterable[Notice], entries: Sequence[Entry]
) -> Iterator[Discrepancy]:
    """Where a day's lines differ from the entries of that day and later: what we heard late counts."""
    theirs, ours = told(lines), booked(entries, provider, lambda _: True)
    on_that_day = booked(
        entries, provider, lambda entry: (entry.moved_at or entry.at).astimezone(CHINA).date() == day
    )
    alike = _agree_in_all(theirs, ours)
    for (order, refund), theirs_fen in sorted(theirs.items(), key=str):
        if refund is not None and order in alike:
            continue
        found = ours.get((order, refund))
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
