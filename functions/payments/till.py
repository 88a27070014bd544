"""The till (收银): what a provider says takes effect here, in one transaction of all that it changes.

The intent's version guards the intent and its refunds, `paid_by` of the bill that it is settled once. The
first attempt takes the bill for unpaid without reading it: the transaction finds out if it is not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from functions.payments.notices import Notice
from functions.payments.orders import Intent, Refund
from functions.payments.refund_keys import refund_key
from functions.payments.settling import Effect, Known, settle
from functions.payments.tables import CallbackRow, DueRow, EntryRow, IntentRow, OpenIntentRow, RefundRow
from linli import communities
from linli.communities import CommunityRow
from linli.ids import is_id
from linli.observability import observed
from linli.tables import Transaction, read, until_it_holds

STRANDED = frozenset({"refund_failed", "refund_stuck"})  # the money goes back only if somebody sees to it
FIRST_ASKED_AFTER = timedelta(minutes=2)  # what a provider tells by itself comes within seconds


@dataclass(frozen=True, slots=True)
class Told:
    """A notice, of which community, and the callback that brought it, if one did.

    `anew`: what became of that callback before does not count.
    """

    community: str
    notice: Notice
    callback: str | None = None
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """An intent as it is held, under its version, and the time zone of its community."""

    intent: Intent
    version: int
    zone: str


def take(told: Told, now: datetime) -> Effect:
    """Let a notice take effect, once. Raises Unavailable when others keep changing the same rows."""
    attempts = iter((False,))

    def attempt() -> Effect:
        bill_too = next(attempts, True)
        known, version = _known(told, bill_too=bill_too)
        effect = settle(known, told.notice, now)
        _keep(told, known, effect, version, now)
        return effect

    effect = until_it_holds(attempt)
    if effect.outcome in STRANDED:
        with observed("stranded_refund", told.notice.order, community=told.community) as stranded:
            stranded.outcome = "needs_somebody"
    return effect


def strand(community: str, refund: Refund, now: datetime) -> Effect:
    """A refund of an order of another merchant account than today's: only a person can finish it, there."""
    notice = Notice(
        provider=refund.provider,
        notice=f"another-account-{refund.refund}",
        said="refund_stuck",
        order=refund.intent,
        refund=refund.refund,
    )
    return take(Told(community, notice), now)


def _known(told: Told, *, bill_too: bool) -> tuple[Known, int]:
    """What the books hold about a notice's order, and the version of its intent."""
    community, order = told.community, told.notice.order
    if not is_id(order):
        return Known(None), 0
    intent_key, community_key = IntentRow.key(community, order), CommunityRow.key(community)
    keys = [intent_key, community_key]
    if told.notice.said in {"refunded", "refund_failed", "refund_stuck"}:
        keys.append(RefundRow.key(community, order, refund_key(told.notice)))
    rows = read(keys)
    row = rows.one(IntentRow, intent_key)
    if row is None:
        return Known(None), 0
    refund = rows.one(RefundRow, keys[-1])
    paid_by = None
    if bill_too:
        due_key = DueRow.key(community, row.intent.bill)
        due = read([due_key]).one(DueRow, due_key)
        paid_by = due.paid_by if due else None
    zone = communities.known(rows, community).time_zone
    return Known(row.intent, refund.refund if refund else None, paid_by, zone), int(row.version)


def _keep(told: Told, known: Known, effect: Effect, version: int, now: datetime) -> None:
    transaction = Transaction()
    if known.intent is not None and effect.intent is not None:
        write(transaction, Held(known.intent, version, known.zone), effect, now)
    if told.callback is not None:
        row = CallbackRow(*CallbackRow.key(told.community, told.callback))
        transaction.update("callback", row, _marked(told, effect, now))
    elif effect.changes_nothing:
        return
    transaction.commit()


def write(transaction: Transaction, held: Held, effect: Effect, now: datetime) -> None:
    """Add all that an effect changes."""
    before, version = held.intent, held.version
    intent, community = effect.intent or before, before.community
    transaction.put("intent", IntentRow.of(intent, version + 1, None), IntentRow.version == version)
    if before.state == "open":
        key = OpenIntentRow.key(community, before.payer, before.bill)
        transaction.delete("lock", OpenIntentRow(*key))
    for refund in effect.refunds:
        due_at = now + FIRST_ASKED_AFTER if refund.is_under_way else None
        transaction.put("refund", RefundRow.of(community, refund, due_at))
    for entry in effect.entries:
        transaction.create("entry", EntryRow.of(community, entry, held.zone))
    changes = _of_bill(intent, effect, now)
    if changes:
        unpaid = DueRow.pk.exists() & DueRow.paid_by.does_not_exist()
        due = DueRow(*DueRow.key(community, intent.bill))
        transaction.update("due", due, changes, unpaid if effect.pays_bill else None)
    transaction.publish(effect.facts, f"settling/{community}/{intent.intent}/{version + 1}", now)


def _of_bill(intent: Intent, effect: Effect, now: datetime) -> list[Action]:
    """What changes of the bill."""
    changes: list[Action] = []
    if effect.pays_bill:
        standing = DueRow.in_state(intent.community, "paid")
        changes += [DueRow.paid_by.set(intent.intent), DueRow.paid_at.set(now)]
        changes += [DueRow.receipt.set(intent.receipt or ""), DueRow.standing.set(standing)]
    back_fen = sum(refund.amount_fen for refund in effect.refunds if refund.state == "done")
    if back_fen and not intent.surplus:
        changes.append(DueRow.refunded_fen.add(back_fen))
    return changes


def _marked(told: Told, effect: Effect, now: datetime) -> list[Action]:
    """What is kept of a callback that had its effect; of two at once, the one that changed something."""
    state = "mismatched" if effect.mismatch else "settled"
    first_counts = effect.changes_nothing and not told.anew
    outcome = CallbackRow.outcome | effect.outcome if first_counts else effect.outcome
    return [
        CallbackRow.outcome.set(outcome),
        CallbackRow.settled_at.set(now),
        CallbackRow.shelf.set(CallbackRow.in_state(told.community, state)),
        CallbackRow.mismatch.set(effect.mismatch) if effect.mismatch else CallbackRow.mismatch.remove(),
        *CallbackRow.no_longer_due(),
    ]
