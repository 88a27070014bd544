"""When an open order serves again, and what becomes of it when it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.payments.books.orders import Intent, Ordered
from functions.payments.dues.models import Due, Share
from functions.payments.dues.payable import refuse_if_paid
from functions.payments.payment_intent.models import IntentWanted
from linli.errors import Conflict, NotFound
from linli.instants import to_text
from linli.words import BETWEEN, Language, sentence

STILL_PAYABLE = timedelta(minutes=1)  # what is left must do for a payer to pay
MOST_ORDERS, WITHIN = 10, timedelta(hours=1)  # each is asked about at its provider


@dataclass(frozen=True, slots=True)
class Place:
    """A new order's id, where and by whom it is made, and whose money it is to be."""

    intent: str
    community: str
    payer: str
    seller: str
    app: str
    now: datetime


def owed_by(payer: str, homes: Sequence[str], dues: Sequence[Due]) -> None:
    """Raises NotFound for bills of somebody else, Conflict for one that has nothing left to pay."""
    if not all(due.is_of(payer, homes) for due in dues):
        raise NotFound
    for due in dues:
        refuse_if_paid(due)


def can_be_paid(intent: Intent, due: Due, now: datetime) -> bool:
    """Whether an order can be paid: it and its bill are open, and it has not expired."""
    return intent.state == due.state == "open" and now < intent.expires_at


def counted(ordered: Ordered, now: datetime) -> Ordered:
    """A payer's orders of a bill within the last hour, with the one that is made now.

    Raises Conflict when there are too many, which says when there may be another.
    """
    lately = tuple(at for at in ordered.at if now - at < WITHIN)
    if len(lately) >= MOST_ORDERS:
        again_at = to_text(min(lately) + WITHIN)
        raise Conflict("too_many_orders", again_at=again_at)
    return Ordered(at=(*lately, now))


def serves(
    open_one: Intent, wanted: IntentWanted, place: Place, shares: tuple[Share, ...] | None = None
) -> bool:
    """Whether the payer's open order does for what is wanted now, at the account that is ours now: for the
    same bills, lowered by the same credits.
    """
    return (
        open_one.state == "open"
        and set(open_one.bills) == set(wanted.wanted)
        and (shares is None or sorted(shares, key=str) == sorted(open_one.shares, key=str))
        and open_one.provider == wanted.provider
        and (open_one.seller, open_one.app) == (place.seller, place.app)
        and place.now + STILL_PAYABLE <= open_one.expires_at
    )


def opened(
    due: Due, wanted: IntentWanted, place: Place, minutes: int, shares: tuple[Share, ...] = ()
) -> Intent:
    """A new order, to be paid within so many minutes; `due` is the first of its bills."""
    return Intent(
        intent=place.intent,
        community=place.community,
        bill=due.bill,
        home=due.home,
        payer=place.payer,
        provider=wanted.provider,
        seller=place.seller,
        app=place.app,
        amount_fen=sum(share.amount_fen for share in shares) if shares else due.amount_fen,
        shares=shares,
        state="open",
        created_at=place.now,
        expires_at=place.now + timedelta(minutes=minutes),
    )


def subject_of(dues: Sequence[Due], language: Language) -> str:
    """What the payer reads at the cashier: which months they pay. Who orders again is told the same, since a
    provider refuses an order that comes again under another name.
    """
    periods = BETWEEN[language].join(sorted({due.period for due in dues if due.amount_fen > 0}))
    return sentence("messages", "payments_order", {"periods": periods}, language)
