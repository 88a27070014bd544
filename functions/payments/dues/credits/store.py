"""Credits of homes (多退少补): what earlier bills asked for too much, carried to what is paid next.

A credit lowers the order, or the payment by hand, that is made next. A bill that credits cover whole is paid
by them alone, as soon as the bill or the credit is there.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from functions.payments.dues.models import Due
from functions.payments.dues.payable import lowered_by
from functions.payments.dues.rows import DueRow
from functions.payments.dues.store import use_credit
from linli.tables import ConditionsFailed, Contended, Transaction
from linli.vocabulary.payments import PaymentSettled

MOST_AT_ONCE = 20  # credits of one payment: a transaction has 100 writes


def credits_for(community: str, bills: Iterable[Due]) -> list[Due]:
    """The credits of the bills' homes of which something is left, and that may lower one of them."""
    wanted = list(bills)
    rows = [
        row.now
        for home in sorted({bill.home for bill in wanted})
        for row in DueRow.by_state.query(DueRow.credits_of(community, home), limit=MOST_AT_ONCE)
    ]
    usable = (each for each in rows if each.left_fen and any(each.is_for(bill) for bill in wanted))
    return sorted(usable, key=lambda each: (each.issued_at, each.bill))[:MOST_AT_ONCE]


def offset(community: str, home: str, now: datetime, also: Due | None = None) -> int:
    """Pay the open bills of a home that credits cover whole, the oldest first. Returns how many were paid.
    `also`, a bill or a credit, has just come, and may not be listed yet. What is missed here lowers the next
    payment.
    """
    open_bills = _open_bills(community, home, also)
    paid = 0
    for bill in sorted(open_bills, key=lambda each: (each.due_at, each.bill)):
        found = credits_for(community, [bill])
        if also is not None and also.left_fen and also.is_for(bill) and also not in found and not paid:
            found = [each for each in found if each.bill != also.bill] + [also]
        if sum(each.left_fen for each in found) < bill.amount_fen:
            continue
        with suppress(ConditionsFailed, Contended):  # somebody pays it, or uses them, at this moment
            _pay(community, bill, found, now)
            paid += 1
    return paid


def _open_bills(community: str, home: str, also: Due | None) -> list[Due]:
    """The open bills that credits may pay: `also` alone if it is a bill, else all of the home."""
    is_credit = also is not None and also.amount_fen < 0
    if also is not None and not is_credit:
        return [also] if also.state == "open" else []
    rows = DueRow.by_shelf.query(DueRow.of_home(community, home), scan_index_forward=False)
    return [row.now for row in rows if row.now.state == "open" and row.now.amount_fen > 0]


def _pay(community: str, bill: Due, found: Sequence[Due], now: datetime) -> None:
    by_bill = {each.bill: each for each in found}
    shares = lowered_by([bill], found)
    transaction = Transaction()
    for number, share in enumerate(shares):
        of = (community, by_bill[share.bill])
        use_credit(transaction, f"credit-{number}", of, -share.amount_fen, by=bill.bill, now=now)
    first = shares[0].bill
    row = DueRow(*DueRow.key(community, bill.bill))
    transaction.update("due", row, DueRow.paying(community, first, now), DueRow.is_unpaid())
    fact = PaymentSettled(
        community=community,
        intent=first,
        bill=bill.bill,
        provider="credit",
        amount_fen=bill.amount_fen,
        receipt="",
        settled_at=now,
    )
    transaction.publish([fact], f"offset/{community}/{bill.bill}", now)
    transaction.commit()
