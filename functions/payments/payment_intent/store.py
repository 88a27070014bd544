"""Intents: one open per bill and payer, held by a lock item."""

from collections.abc import Iterable, Sequence

from functions.payments.books.orders import Intent, Ordered, intent_of
from functions.payments.books.rows import IntentRow, OpenIntentRow, OrderedRow
from functions.payments.books.store import FIRST_ASKED_AFTER, tell
from functions.payments.dues.credits.store import credits_for, offset
from functions.payments.dues.models import Due
from functions.payments.dues.payable import shares_of
from functions.payments.dues.rows import DueRow
from functions.payments.dues.store import dues_now
from functions.payments.households.rows import LivingRow
from functions.payments.households.store import homes_of
from functions.payments.payment_intent.domain import (
    WITHIN,
    Place,
    can_be_paid,
    counted,
    opened,
    owed_by,
    serves,
    subject_of,
)
from functions.payments.payment_intent.models import IntentsAsked, IntentView, IntentWanted, Receipt, shown
from functions.payments.providers import client as providers
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.protocol.models import Order
from linli import communities
from linli.communities import CommunityRow
from linli.contracts import shown_as
from linli.cursors import Page, page_of
from linli.errors import Conflict, NotFound
from linli.idempotency import Creation
from linli.ids import is_id
from linli.instants import to_epoch_seconds
from linli.tables import Transaction, find, read
from linli.vocabulary.payments import PaymentsPolicy, Provider
from linli.words import language_set


def open_intent(community: str, payer: str, wanted: IntentWanted, creation: Creation) -> IntentView:
    """The payer's order for bills, a new one if none serves, told to the provider; without parameters when
    nobody can pay it any more: it or a bill of it is paid, it is over, or the merchant account was changed.

    Raises NotFound for a bill that is not the payer's, Conflict for one that is paid or was ordered too
    often, or a provider that the community does not use, Unavailable when the provider does not answer.
    """
    earlier = creation.before()
    if earlier is not None:
        intent, dues = _before(community, earlier)
    else:
        intent, dues = creation.once(
            lambda: _opened(community, payer, wanted, creation), lambda same: _before(community, same)
        )
    tell(intent)
    if not all(can_be_paid(intent, due, creation.at) for due in dues):
        return shown(intent)
    try:
        merchant = merchants.of_account(intent.account)
    except NotFound:
        return shown(intent)
    known = communities.known(read([CommunityRow.key(community)]), community)
    subject = subject_of(dues, language_set(known.language))
    order = Order(intent.intent, intent.amount_fen, subject, intent.expires_at, wanted.open_id or "")
    return shown(intent, providers.order(merchant, order))


def _before(community: str, intent: str) -> tuple[Intent, list[Due]]:
    """An order that was made before, and its bills, as they are now."""
    found = find(IntentRow, IntentRow.key(community, intent)).intent
    dues = dues_now(community, (part.bill for part in found.parts))
    if not all(bill in dues for bill in found.bills):
        raise NotFound
    return found, [dues[bill] for bill in found.bills]


def _opened(community: str, payer: str, wanted: IntentWanted, creation: Creation) -> tuple[Intent, list[Due]]:
    bills = wanted.wanted
    lock_keys = [OpenIntentRow.key(community, payer, bill) for bill in bills]
    ordered_keys = [OrderedRow.key(community, payer, bill) for bill in bills]
    due_keys = [DueRow.key(community, bill) for bill in bills]
    living_key = LivingRow.key(community, payer)
    rows = read([*due_keys, living_key, *lock_keys, *ordered_keys, CommunityRow.key(community)])
    living = rows.one(LivingRow, living_key)
    dues = [found.now for key in due_keys if (found := rows.one(DueRow, key))]
    if len(dues) < len(bills):
        raise NotFound
    owed_by(payer, living.places if living else [], dues)
    shares = shares_of(dues, credits_for(community, dues))
    if shares and sum(share.amount_fen for share in shares) <= 0:
        for home in sorted({due.home for due in dues}):
            offset(community, home, creation.at)
        raise Conflict("nothing_to_pay")
    locks = [rows.one(OpenIntentRow, key) for key in lock_keys]
    formers = [find(IntentRow, IntentRow.key(community, name)) for name in _held_by(locks)]
    place = _place(community, payer, wanted.provider, creation)
    if len(formers) == 1 and serves(formers[0].intent, wanted, place, shares):
        return formers[0].intent, dues
    before = [rows.one(OrderedRow, key) for key in ordered_keys]
    lately = [counted(each.ordered if each else Ordered(), creation.at) for each in before]
    policy = communities.known(rows, community).policy(PaymentsPolicy)
    intent = opened(dues[0], wanted, place, policy.intent_minutes, shares)
    transaction = Transaction()
    transaction.create("intent", IntentRow.of(intent, 1, creation.at + FIRST_ASKED_AFTER))
    ttl = to_epoch_seconds(creation.at + WITHIN)
    for number, (lock, ordered) in enumerate(zip(locks, lately, strict=True)):
        held = OpenIntentRow.intent == lock.intent if lock else OpenIntentRow.pk.does_not_exist()
        row = OpenIntentRow(*lock_keys[number], intent=intent.intent)
        transaction.put(f"lock-{number}", row, held)
        row_of_times = OrderedRow(*ordered_keys[number], ordered=ordered, ttl=ttl)
        transaction.put(f"ordered-{number}", row_of_times)
    for former in formers:
        _close(transaction, former, bills, creation)
    creation.claim(transaction)
    transaction.commit()
    return intent, dues


def _held_by(locks: Iterable[OpenIntentRow | None]) -> list[str]:
    return sorted({lock.intent for lock in locks if lock is not None})


def _close(transaction: Transaction, former: IntentRow, bills: Sequence[str], creation: Creation) -> None:
    """Add that a former order is closed here at once, and at its provider as soon as that is asked."""
    closed = former.intent.model_copy(update={"state": "closed"})
    row = IntentRow.of(closed, int(former.version) + 1, creation.at)
    name = former.intent.intent
    transaction.put(f"former-{name}", row, IntentRow.version == former.version)
    for bill in former.intent.bills:
        if bill not in bills:
            lock = OpenIntentRow(*OpenIntentRow.key(former.intent.community, former.intent.payer, bill))
            transaction.delete(f"lock-{name}-{bill}", lock, OpenIntentRow.intent == name)


def _place(community: str, payer: str, provider: Provider, creation: Creation) -> Place:
    try:
        merchant = merchants.merchant(community, provider)
    except NotFound as error:
        raise Conflict("provider_not_taken") from error
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
    """A receipt, for its payer and for those whose bill it was. Raises NotFound."""
    if not is_id(intent_of(number)):
        raise NotFound
    found = find(IntentRow, IntentRow.key(community, intent_of(number))).intent
    if found.receipt != number:
        raise NotFound
    if not any_of_them and found.payer != person:
        homes = homes_of(community, person)
        if not any(
            due.is_of(person, homes)
            for due in dues_now(community, (part.bill for part in found.parts)).values()
        ):
            raise NotFound
    return shown_as(Receipt, found, receipt=number)
