"""When an open order serves again, and what becomes of it when it does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.payments.orders import Due, Intent
from functions.payments.payment_intent.models import IntentWanted
from linli.errors import Conflict

STILL_PAYABLE = timedelta(minutes=1)  # what is left must do for a payer to pay


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
