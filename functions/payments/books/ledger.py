"""The books of a community (复式记账): entries of lines that sum to zero, and nothing else.

A line's amount is a debit when positive, a credit when negative. The chart of accounts:

    alipay, wechat   what the provider holds for us               (asset)
    cash, transfer   what was taken by hand                       (asset)
    dues             what homes owe                               (asset)
    charges          what bills asked for                         (income)
    refunds          what was given back of paid bills            (income, contra)
    surplus          what was paid on top, and has to go back     (liability)
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.payments.books.orders import Intent, Refund
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.payments import Means

Account = Literal["alipay", "wechat", "cash", "transfer", "dues", "charges", "refunds", "surplus"]
Cause = Literal["bill", "payment", "surplus", "refund", "surplus_refund"]


class Line(Contract):
    """One account of an entry. `fen`: debit above zero, credit below."""

    account: Account
    fen: int


class Entry(Contract):
    """One booking; never changed. Refused when its lines do not sum to zero.

    `at` is when we booked it, `moved_at` when the provider says the money moved, None where it does not.
    """

    entry: str
    cause: Cause
    at: Instant
    lines: Annotated[tuple[Line, ...], Field(min_length=2)]
    bill: Id
    intent: Id | None = None
    refund: Id | None = None
    provider: Means | None = None
    moved_at: Instant | None = None

    @model_validator(mode="after")
    def _is_balanced(self) -> Self:
        if sum(line.fen for line in self.lines) or not all(line.fen for line in self.lines):
            raise ValueError("lines: must sum to zero, none of them zero")
        return self


def _both_sides(amount_fen: int, debit: Account, credit: Account) -> tuple[Line, Line]:
    return Line(account=debit, fen=amount_fen), Line(account=credit, fen=-amount_fen)


def issued(bill: str, amount_fen: int, at: datetime) -> Entry:
    """The entry of a bill: its home owes `amount_fen`; of a credit, below nought, it owes so much less."""
    lines = _both_sides(amount_fen, "dues", "charges")
    return Entry(entry=f"bill-{bill}", cause="bill", at=at, lines=lines, bill=bill)


def paid(
    intent: Intent, at: datetime, moved_at: datetime | None, *, surplus: bool, surplus_fen: int = 0
) -> Entry:
    """The entry of money that arrived for an order: `surplus_fen` of it, or all of it if it is a `surplus`,
    was paid on top of bills that had been paid; the rest pays bills.
    """
    surplus_fen = intent.amount_fen if surplus else surplus_fen
    of_bills_fen = intent.amount_fen - surplus_fen
    lines = (
        Line(account=_where(intent.provider), fen=intent.amount_fen),
        Line(account="dues", fen=-of_bills_fen),
        Line(account="surplus", fen=-surplus_fen),
    )
    return Entry(
        entry=f"payment-{intent.intent}",
        cause="payment" if of_bills_fen else "surplus",
        at=at,
        lines=tuple(line for line in lines if line.fen),
        bill=intent.bill,
        intent=intent.intent,
        provider=intent.provider,
        moved_at=moved_at,
    )


def _where(means: Means) -> Account:
    """The account that a means of payment moves. Raises ValueError for a credit, which moves nothing."""
    if means == "credit":
        raise ValueError("a credit moves no money")
    return means


def refunded(refund: Refund, at: datetime, moved_at: datetime | None, *, surplus: bool) -> Entry:
    """The entry of money that went back: of paid bills, or, if it is a `surplus`, of what was paid on top."""
    means = refund.means or refund.provider
    return Entry(
        entry=f"refund-{refund.refund}",
        cause="surplus_refund" if surplus else "refund",
        at=at,
        lines=_both_sides(refund.amount_fen, "surplus" if surplus else "refunds", _where(means)),
        bill=refund.bill,
        intent=refund.intent,
        refund=refund.refund,
        provider=means,
        moved_at=moved_at,
    )


def balances(entries: Iterable[Entry]) -> dict[Account, int]:
    """What the entries add up to, by account, in fen; all of them together are zero."""
    totals: dict[Account, int] = {}
    for line in (line for entry in entries for line in entry.lines):
        totals[line.account] = totals.get(line.account, 0) + line.fen
    return totals
