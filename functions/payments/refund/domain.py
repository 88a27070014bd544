"""How much may go back."""

from datetime import datetime

from functions.payments.books.orders import Intent, Refund
from functions.payments.books.settlement import Effect, given_back, requested
from linli.errors import Conflict


def asked_back(intent: Intent, amount_fen: int | None, refund: str, by: str, now: datetime) -> Effect:
    """Reserve `amount_fen` of a payment, or all that is left, for a refund.

    Of a payment by hand it is handed back now, and booked. Raises Conflict when it has not been paid or less
    than that is left.
    """
    left_fen = intent.refundable_fen
    wanted_fen = left_fen if amount_fen is None else amount_fen
    if not 0 < wanted_fen <= left_fen:
        raise Conflict("more_than_refundable", state=intent.state, refundable_fen=left_fen)
    wanted = Refund.of(intent, refund, wanted_fen, "asked", now).model_copy(update={"requested_by": by})
    if intent.is_by_hand:
        return given_back(intent, wanted.ended("done", now), now)
    reserved = intent.model_copy(update={"reserved_fen": intent.reserved_fen + wanted_fen})
    return Effect("refunded", intent=reserved, refunds=(wanted,), facts=(requested(intent, wanted),))
