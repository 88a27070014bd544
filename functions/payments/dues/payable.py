"""What there is to pay of bills, less the credits that are carried to them. Pure."""

from collections.abc import Sequence

from functions.payments.dues.models import Due, Share
from linli.errors import Conflict


def lowered_by(bills: Sequence[Due], carried: Sequence[Due]) -> tuple[Share, ...]:
    """What carried credits, the oldest first, take off so many bills: no more than these ask for."""
    left = {bill.bill: bill.amount_fen for bill in bills}
    taken: list[Share] = []
    for credit in sorted(carried, key=lambda each: (each.issued_at, each.bill)):
        fen = min(credit.left_fen, sum(left[bill.bill] for bill in bills if credit.is_for(bill)))
        if fen <= 0:
            continue
        taken.append(Share(bill=credit.bill, amount_fen=-fen))
        for bill in bills:
            if credit.is_for(bill):
                off_fen = min(fen, left[bill.bill])
                left[bill.bill] -= off_fen
                fen -= off_fen
    return tuple(taken)


def refuse_if_paid(due: Due) -> None:
    """Raises Conflict for a bill that is paid, or that is a credit: nothing of it is left to pay."""
    if due.state == "paid":
        raise Conflict("bill_paid", receipt=due.receipt or "")
    if due.amount_fen <= 0:
        raise Conflict("bill_is_credit", bill=due.bill)


def shares_of(dues: Sequence[Due], carried: Sequence[Due]) -> tuple[Share, ...]:
    """What is paid for each bill, and what each credit takes off; empty for one bill without credits."""
    off = lowered_by(dues, carried)
    if len(dues) == 1 and not off:
        return ()
    return (*(Share(bill=due.bill, amount_fen=due.amount_fen) for due in dues), *off)
