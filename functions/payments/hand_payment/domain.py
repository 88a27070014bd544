"""Whether a payment by hand is what its bills ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.payments.books.orders import Intent
from functions.payments.dues.models import Due, Share
from functions.payments.hand_payment.models import HandPayment
from linli.errors import Conflict, InvalidRequest

AHEAD = timedelta(minutes=5)  # of two clocks
LONGEST_AGO = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Taking:
    """Where, by whom and when a payment by hand is entered, and under which id."""

    intent: str
    community: str
    by: str
    now: datetime


def refuse_what_cannot_be(taken: HandPayment, now: datetime) -> None:
    """Raises InvalidRequest for money that came ahead of time, or longer ago than a year."""
    moved_at = taken.moved_at or now
    if not now - LONGEST_AGO <= moved_at <= now + AHEAD:
        raise InvalidRequest("moved_long_ago")


def as_order(taken: HandPayment, dues: Sequence[Due], shares: tuple[Share, ...], taking: Taking) -> Intent:
    """The order that the money settles. Raises Conflict unless it is what the bills ask for, less the credits
    that are carried to them.
    """
    wanted_fen = sum(share.amount_fen for share in shares) if shares else dues[0].amount_fen
    if taken.amount_fen != wanted_fen:
        raise Conflict("another_amount", wanted_fen=wanted_fen)
    return Intent(
        intent=taking.intent,
        community=taking.community,
        bill=dues[0].bill,
        home=dues[0].home,
        payer=taken.payer or taking.by,
        provider=taken.means,
        seller=taking.community,
        app="hand",
        amount_fen=taken.amount_fen,
        shares=shares,
        state="open",
        created_at=taking.now,
        expires_at=taking.now,
        taken_by=taking.by,
        reference=taken.reference,
        note=taken.note,
    )
