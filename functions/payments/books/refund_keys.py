"""By which id we know a refund, whoever made it. Pure."""

from hashlib import sha256

from functions.payments.providers.protocol.notices import Notice
from linli.ids import is_id


def surplus_refund(intent: str) -> str:
    """The number of the one refund that gives a surplus payment back."""
    return f"{intent}-surplus"


def refund_key(notice: Notice) -> str:
    """Our id of the refund that a notice is about: its number, or a digest where that is no id of ours."""
    if notice.refund is not None and is_id(notice.refund):
        return notice.refund
    return elsewhere_key(notice, notice.refund or f"total#{notice.refunded_fen}")


def elsewhere_key(notice: Notice, number: str) -> str:
    """Our id of a refund that was made at the provider itself: a digest of provider, order and number, since
    numbers of consoles need not differ between orders.
    """
    told = f"{notice.provider}#{notice.order}#{number}"
    return "elsewhere-" + sha256(told.encode()).hexdigest()[:32]
