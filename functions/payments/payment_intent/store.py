"""Intents: one open per bill and payer, held by a lock item."""

from functions.payments import gateway, merchants
from functions.payments.exchange import Order
from functions.payments.homes import homes_of
from functions.payments.orders import Due, Intent, Ordered, intent_of
from functions.payments.payment_intent.domain import (
    WITHIN,
    Place,
    can_be_paid,
    counted,
    opened,
    refuse_if_paid,
    serves,
)
from functions.payments.payment_intent.models import IntentsAsked, IntentView, IntentWanted, Receipt, shown
from functions.payments.tables import DueRow, IntentRow, LivingRow, OpenIntentRow, OrderedRow
from functions.payments.till import FIRST_ASKED_AFTER
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, page_of
from linli.errors import Conflict, NotFound
from linli.events import Provider
from linli.idempotency import Creation
from linli.ids import is_id
from linli.instants import to_epoch_seconds
from linli.tables import Transaction, find, read


def open_intent(community: str, payer: str, wanted: IntentWanted, creation: Creation) -> IntentView:
    """The payer's order for a bill, a new one if none serves, told to the provider; without parameters when
    nobody can pay it any more: it or its bill is paid, it is over, or the merchant account was changed since.

    Raises NotFound for a bill of none of the payer's homes, Conflict for one that is paid or was ordered
    too often, or a provider that the community does not use, Unavailable when the provider does not answer.
    """
    earlier = creation.before()
    if earlier is not None:
        intent, due = _before(community, earlier, wanted.bill)
    else:
        intent, due = creation.once(
            lambda: _opened(community, payer, wanted, creation),
            lambda same: _before(community, same, wanted.bill),
        )
    if not can_be_paid(intent, due, creation.at):
        return shown(intent)
    try:
        merchant = merchants.of_order(intent)
    except NotFound:
        return shown(intent)
    order = Order(
        intent.intent, intent.amount_fen, f"Bill {intent.bill}", intent.expires_at, wanted.open_id or ""
    )
    return shown(intent, gateway.order(merchant, order))


def _before(community: str, intent: str, bill: str) -> tuple[Intent, Due]:
    """An order that was made before, and its bill, as they are now."""
    intent_key, due_key = IntentRow.key(community, intent), DueRow.key(community, bill)
    rows = read([intent_key, due_key])
    row, due = rows.one(IntentRow, intent_key), rows.one(DueRow, due_key)
    if row is None or due is None:
        raise NotFound
    return row.intent, due.now


def _opened(community: str, payer: str, wanted: IntentWanted, creation: Creation) -> tuple[Intent, Due]:
    lock_key = OpenIntentRow.key(community, payer, wanted.bill)
    ordered_key = OrderedRow.key(community, payer, wanted.bill)
    due_key, living_key = DueRow.key(community, wanted.bill), LivingRow.key(community, payer)
    rows = read([due_key, living_key, lock_key, ordered_key, CommunityRow.key(community)])
    due, living = rows.one(DueRow, due_key), rows.one(LivingRow, living_key)
    if due is None or living is None or due.due.home not in living.places:
        raise NotFound
    refuse_if_paid(due.now)
    lock = rows.one(OpenIntentRow, lock_key)
    former = find(IntentRow, IntentRow.key(community, lock.intent)) if lock else None
    place = _place(community, payer, wanted.provider, creation)
    if former is not None and serves(former.intent, wanted, place):
        return former.intent, due.now
    before = rows.one(OrderedRow, ordered_key)
    ordered = counted(before.ordered if before else Ordered(), creation.at)
    policy = communities.known(rows, community).policies.payments
    intent = opened(due.now, wanted, place, policy.intent_minutes)
    transaction = Transaction()
    transaction.create("intent", IntentRow.of(intent, 1, creation.at + FIRST_ASKED_AFTER))
    held = OpenIntentRow.intent == lock.intent if lock else OpenIntentRow.pk.does_not_exist()
    transaction.put("lock", OpenIntentRow(*lock_key, intent=intent.intent), held)
    ttl = to_epoch_seconds(creation.at + WITHIN)
    transaction.put("ordered", OrderedRow(*ordered_key, ordered=ordered, ttl=ttl))
    if former is not None:  # it is closed here at once, and at its provider as soon as that is asked
        closed = former.intent.model_copy(update={"state": "closed"})
        row = IntentRow.of(closed, int(former.version) + 1, creation.at)
        transaction.put("former", row, IntentRow.version == former.version)
    creation.claim(transaction)
    transaction.commit()
    return intent, due.now


def _place(community: str, payer: str, provider: Provider, creation: Creation) -> Place:
    try:
        merchant = merchants.merchant(community, provider)
    except NotFound as error:
        raise Conflict("the community does not take payments by this provider") from error
    return Place(creation.id, community, payer, merchant.seller, merchant.app, creation.at)


def intents(community: str, person: str, asked: IntentsAsked, *, all_of_them: bool) -> Page[IntentView]:
    """A payer's intents, the last first. Raises InvalidCursor."""
    payer = asked.payer if all_of_them and asked.payer else person
    shelf = IntentRow.of_payer(community, payer)
    return page_of(IntentRow.by_shelf, shelf, asked, lambda row: shown(row.intent), newest_first=True)


def intent_seen_by(community: str, intent: str, person: str, *, any_of_them: bool) -> Intent:
    """An intent that a person may see. Raises NotFound."""
    found = find(IntentRow, IntentRow.key(community, intent)).intent
    if not any_of_them and found.payer != person:
        raise NotFound
    return found


def receipt(community: str, number: str, person: str, *, any_of_them: bool) -> Receipt:
    """A receipt, for those who live where it was paid for. Raises NotFound."""
    if not is_id(intent_of(number)):
        raise NotFound
    found = find(IntentRow, IntentRow.key(community, intent_of(number))).intent
    if found.receipt != number:
        raise NotFound
    if not any_of_them and found.payer != person and found.home not in homes_of(community, person):
        raise NotFound
    return Receipt(
        receipt=number,
        intent=found.intent,
        bill=found.bill,
        home=found.home,
        provider=found.provider,
        trade=found.trade,
        amount_fen=found.amount_fen,
        paid_at=found.paid_at,
        refunded_fen=found.refunded_fen,
    )
