"""How much may go back, and how a stuck refund ends."""

from datetime import datetime

from functions.payments.books.orders import Intent, Refund
from functions.payments.books.settlement import Effect, given_back, requested
from functions.payments.refund.models import RefundEnding, RefundWanted
from linli.errors import Conflict


def asked_back(intent: Intent, asked: RefundWanted, refund: str, by: str, now: datetime) -> Effect:
    """Reserve what is asked for of a payment, or all that is left, for a refund.

    Of a payment by hand it is handed back now, and booked. Raises Conflict when it has not been paid or less
    than that is left.
    """
    left_fen = intent.refundable_fen
    wanted_fen = left_fen if asked.amount_fen is None else asked.amount_fen
    if not 0 < wanted_fen <= left_fen:
        raise Conflict("more_than_refundable", state=intent.state, refundable_fen=left_fen)
    said = {"requested_by": by, "asked_because": asked.reason}
    wanted = Refund.of(intent, refund, wanted_fen, "asked", now).model_copy(update=said)
    if intent.is_by_hand:
        return given_back(intent, wanted.ended("done", now), now)
    reserved = intent.model_copy(update={"reserved_fen": intent.reserved_fen + wanted_fen})
    return Effect("refunded", intent=reserved, refunds=(wanted,), facts=(requested(intent, wanted),))


def ended_by_hand(
    intent: Intent, stuck: Refund, ending: RefundEnding, anew: str, *, by: str, now: datetime
) -> Effect:
    """End a stuck refund as a person says it has: handed back, which is booked as it was, or asked anew under
    the number `anew`, which reserves what the old one had.

    Raises Conflict when it is not stuck, or when its provider has told of money back that is not booked: it
    may be this one.
    """
    if stuck.state != "stuck":
        raise Conflict("only_stuck_ends", state=stuck.state)
    if intent.told_back_fen > intent.refunded_fen:
        raise Conflict("told_of_money_back", told_fen=intent.told_back_fen)
    said = {"ended_by": by, "reason": ending.reason, "evidence": ending.evidence}
    if ending.how == "handed_back":
        freed = intent.model_copy(update={"reserved_fen": intent.reserved_fen - stuck.amount_fen})
        done = stuck.ended("done", now).model_copy(update=said | {"means": ending.means})
        return given_back(freed, done, now)
    failed = stuck.ended("failed", now).model_copy(update=said)
    wanted = Refund.of(intent, anew, stuck.amount_fen, stuck.why, now).model_copy(update={"requested_by": by})
    return Effect(
        "refund_failed", intent=intent, refunds=(failed, wanted), facts=(requested(intent, wanted),)
    )
