"""What a provider says takes effect here, in one transaction of all that it changes.

The intent's version guards the intent and its refunds, `paid_by` of the bill that it is settled once. The
first attempt takes the bill for unpaid without reading it: the transaction finds out if it is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from functions.payments.books.orders import Intent, Refund, provider_of
from functions.payments.books.refund_keys import refund_key
from functions.payments.books.rows import CallbackRow, EntryRow, IntentRow, OpenIntentRow, RefundRow
from functions.payments.books.settlement import Effect, Known, back_of_bills, effect_of, taken_by_others
from functions.payments.dues.models import Due
from functions.payments.dues.rows import DueRow
from functions.payments.dues.store import dues_now, use_credit
from functions.payments.providers.protocol.notices import Notice
from linli import communities
from linli.communities import CommunityRow
from linli.ids import is_id
from linli.observability import about, observed
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
    """An intent as it is held, under its version, and the time zone of its community. Version 0: it is not
    there yet. `credits`: as they are, those that it may use.
    """

    intent: Intent
    version: int
    zone: str
    credits: Mapping[str, Due] = field(default_factory=dict)


def settle(told: Told, now: datetime) -> Effect:
    """Let a notice take effect on its order, once. Raises Unavailable when others hold its rows."""
    attempts = iter((False,))

    def attempt() -> Effect:
        bill_too = next(attempts, True)
        known, held = _known(told, bills_too=bill_too)
        if held is not None:
            tell(held.intent)
        effect = effect_of(known, told.notice, now)
        _commit(told, held, effect, now)
        return effect

    effect = until_it_holds(attempt)
    if effect.outcome in STRANDED:
        with observed("stranded_refund", told.notice.order, community=told.community) as stranded:
            stranded.outcome = "needs_somebody"
    return effect


def tell(intent: Intent) -> None:
    """Say in the log what an attempt is about: the order, its bills, the receipt."""
    about(intent.community, "intent", intent.intent)
    about(intent.community, "bill", *intent.bills)
    if intent.receipt:
        about(intent.community, "receipt", intent.receipt)


def strand(community: str, refund: Refund, now: datetime) -> Effect:
    """Mark a refund as stuck whose order was made at another merchant account than today's: only a person can
    finish it, at that account.
    """
    notice = Notice(
        provider=provider_of(refund.provider),
        notice=f"another-account-{refund.refund}",
        said="refund_stuck",
        order=refund.intent,
        refund=refund.refund,
    )
    return settle(Told(community, notice), now)


def _known(told: Told, *, bills_too: bool) -> tuple[Known, Held | None]:
    """What the books hold about a notice's order, and the order as it is held."""
    community, order = told.community, told.notice.order
    if not is_id(order):
        return Known(None), None
    intent_key, community_key = IntentRow.key(community, order), CommunityRow.key(community)
    keys = [intent_key, community_key]
    if told.notice.said in {"refunded", "refund_failed", "refund_stuck"}:
        keys.append(RefundRow.key(community, order, refund_key(told.notice)))
    rows = read(keys)
    row = rows.one(IntentRow, intent_key)
    if row is None:
        return Known(None), None
    refund = rows.one(RefundRow, keys[-1])
    needs_bills = bills_too or len(row.intent.bills) < len(row.intent.parts)
    bills = dues_now(community, (part.bill for part in row.intent.parts)) if needs_bills else {}
    zone = communities.known(rows, community).time_zone
    known = Known(
        row.intent, refund.refund if refund else None, zone=zone, taken=taken_by_others(row.intent, bills)
    )
    return known, Held(row.intent, int(row.version), zone, bills)


def _commit(told: Told, held: Held | None, effect: Effect, now: datetime) -> None:
    transaction = Transaction()
    if held is not None and effect.intent is not None:
        add_effect(transaction, held, effect, now)
    if told.callback is not None:
        row = CallbackRow(*CallbackRow.key(told.community, told.callback))
        transaction.update("callback", row, _marked(told, effect, now))
    elif effect.changes_nothing:
        return
    transaction.commit()


def add_effect(transaction: Transaction, held: Held, effect: Effect, now: datetime) -> None:
    """Add to a transaction all that an effect changes."""
    before, version = held.intent, held.version
    intent, community = effect.intent or before, before.community
    tell(intent)
    as_held = IntentRow.version == version if version else IntentRow.pk.does_not_exist()
    transaction.put("intent", IntentRow.of(intent, version + 1, None), as_held)
    if before.state == "open" and version:
        for number, bill in enumerate(before.bills):
            key = OpenIntentRow.key(community, before.payer, bill)
            transaction.delete(f"lock-{number}", OpenIntentRow(*key))
    for refund in effect.refunds:
        due_at = now + FIRST_ASKED_AFTER if refund.is_under_way else None
        transaction.put("refund", RefundRow.of(community, refund, due_at))
    for entry in effect.entries:
        transaction.create("entry", EntryRow.of(community, entry, held.zone))
    _add_bills(transaction, held, effect, intent, now)
    transaction.publish(effect.facts, f"settling/{community}/{intent.intent}/{version + 1}", now)


def _add_bills(transaction: Transaction, held: Held, effect: Effect, intent: Intent, now: datetime) -> None:
    """Add to a transaction what an effect changes of bills and credits."""
    back = back_of_bills(held.intent, effect)
    pays = {part.bill: part.amount_fen for part in effect.pays}
    for number, bill in enumerate(dict.fromkeys([*pays, *back])):
        row = DueRow(*DueRow.key(intent.community, bill))
        if pays.get(bill, 0) < 0:
            of = (intent.community, held.credits[bill])
            use_credit(transaction, f"due-{number}", of, -pays[bill], by=intent.intent, now=now)
            continue
        changes: list[Action] = []
        if bill in pays:
            changes += DueRow.paying(intent.community, intent.intent, now)
            changes.append(DueRow.receipt.set(intent.receipt or ""))
        if back.get(bill):
            changes.append(DueRow.refunded_fen.add(back[bill]))
        transaction.update(f"due-{number}", row, changes, DueRow.is_unpaid() if bill in pays else None)


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
