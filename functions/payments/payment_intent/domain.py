"""When an open order serves again, and what becomes of it when it does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.payments.orders import Due, Intent, Ordered
from functions.payments.payment_intent.models import IntentWanted
from linli.errors import Conflict
from linli.instants import to_text

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


def refuse_if_paid(due: Due) -> None:
    """Raises Conflict for a bill that has nothing left to pay."""
    if due.state == "paid":
        raise Conflict("the bill is paid", receipt=due.receipt or "")


def can_be_paid(intent: Intent, due: Due, now: datetime) -> bool:
    """Whether there is something left to pay by this order, and time to."""
    return intent.state == due.state == "open" and now < intent.expires_at


def counted(ordered: Ordered, now: datetime) -> Ordered:
    """A payer's orders of a bill within the last hour, with the one that is made now.

    Raises Conflict when there are too many, which says when there may be another.
    """
    lately = tuple(at for at in ordered.at if now - at < WITHIN)
    if len(lately) >= MOST_ORDERS:
        again_at = to_text(min(lately) + WITHIN)
        raise Conflict("too many orders of this bill within an hour", again_at=again_at)
    return Ordered(at=(*lately, now))


def serves(open_one: Intent, wanted: IntentWanted, place: Place) -> bool:
    """Whether the payer's open order does for what is wanted now, at the account that is ours now."""
    return (
        open_one.state == "open"
        and open_one.provider == wanted.provider
        and (open_one.seller, open_one.app) == (place.seller, place.app)
        and place.now + STILL_PAYABLE <= open_one.expires_at
    )


def opened(due: Due, wanted: IntentWanted, place: Place, minutes: int) -> Intent:
    """A new order, to be paid within so many minutes."""
    return Intent(
        intent=place.intent,
        community=place.community,
        bill=due.bill,
        home=due.home,
        payer=place.payer,
        provider=wanted.provider,
        seller=place.seller,
        app=place.app,
        amount_fen=due.amount_fen,
        state="open",
        created_at=place.now,
        expires_at=place.now + timedelta(minutes=minutes),
    )
