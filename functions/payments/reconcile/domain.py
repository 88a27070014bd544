"""What to ask of an order: nothing of a paid one, else how it is, or to close it once it is over."""

from datetime import datetime
from typing import Literal

from functions.payments.books.orders import Intent, provider_of
from functions.payments.providers.protocol.notices import Notice

Ask = Literal["query", "close"]


def ask_of(intent: Intent, now: datetime) -> Ask | None:
    """What to ask a provider of an order: nothing of a paid one, else how it is, or to close it once it is
    over.
    """
    if intent.state == "paid":
        return None
    return "query" if intent.state == "open" and now < intent.expires_at else "close"


def meaning(ask: Ask, notice: Notice) -> Notice:
    """An order that the provider does not know when it is to close it can be paid by nobody: it is closed."""
    if ask == "close" and notice.said == "unknown":
        return notice.model_copy(update={"said": "closed"})
    return notice


def nobody_can_pay(intent: Intent) -> Notice:
    """The notice that closes an order that is over, and whose provider nobody of ours can ask any more."""
    number = f"not-asked-{intent.intent}"
    return Notice(provider=provider_of(intent.provider), notice=number, said="closed", order=intent.intent)


def is_over(notice: Notice) -> bool:
    """Whether there is nothing left to ask of an order."""
    return notice.said in {"paid", "closed", "refunded"}
