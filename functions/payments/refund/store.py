"""Refunds: reserved, sent, and settled as the provider answers."""

from datetime import datetime

from functions.payments.books import store as books
from functions.payments.books.orders import Refund
from functions.payments.books.rows import IntentRow, RefundRow
from functions.payments.books.store import Held, Told
from functions.payments.providers import client as providers
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.protocol.models import RefundOrder
from functions.payments.refund.domain import asked_back, ended_by_hand
from functions.payments.refund.models import RefundEnding, RefundsAsked, RefundWanted
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, page_of
from linli.errors import NotFound
from linli.idempotency import Creation
from linli.tables import Transaction, find, read
from linli.vocabulary.payments import RefundRequested


def request(community: str, intent: str, asked: RefundWanted, by: str, creation: Creation) -> Refund:
    """Ask for a refund. Raises NotFound, or Conflict when so much is not left."""
    return creation.once(
        lambda: _requested(community, intent, asked, by, creation),
        lambda refund: find(RefundRow, RefundRow.key(community, intent, refund)).refund,
    )


def _requested(community: str, intent: str, asked: RefundWanted, by: str, creation: Creation) -> Refund:
    key, community_key = IntentRow.key(community, intent), CommunityRow.key(community)
    refund_key = RefundRow.key(community, intent, creation.id)
    rows = read([key, community_key, refund_key])
    row = rows.one(IntentRow, key)
    if row is None:
        raise NotFound
    if written := rows.one(RefundRow, refund_key):  # an attempt of ours whose reply was lost
        return written.refund
    effect = asked_back(row.intent, asked, creation.id, by, creation.at)
    zone = communities.known(rows, community).time_zone
    transaction = Transaction()
    books.add_effect(transaction, Held(row.intent, int(row.version), zone), effect, creation.at)
    creation.claim(transaction)
    transaction.commit()
    return effect.refunds[0]


def end(community: str, where: tuple[str, str], ending: RefundEnding, by: str, creation: Creation) -> Refund:
    """End a stuck refund of an intent, by both ids. Raises NotFound, or Conflict when it is not stuck."""
    return creation.once(
        lambda: _ended(community, where, ending, by, creation),
        lambda _: find(RefundRow, RefundRow.key(community, *where)).refund,
    )


def _ended(
    community: str, where: tuple[str, str], ending: RefundEnding, by: str, creation: Creation
) -> Refund:
    intent_key, refund_key = IntentRow.key(community, where[0]), RefundRow.key(community, *where)
    community_key = CommunityRow.key(community)
    rows = read([intent_key, refund_key, community_key])
    row, stuck = rows.one(IntentRow, intent_key), rows.one(RefundRow, refund_key)
    if row is None or stuck is None:
        raise NotFound
    effect = ended_by_hand(row.intent, stuck.refund, ending, creation.id, by=by, now=creation.at)
    zone = communities.known(rows, community).time_zone
    transaction = Transaction()
    books.add_effect(transaction, Held(row.intent, int(row.version), zone), effect, creation.at)
    creation.claim(transaction)
    transaction.commit()
    return effect.refunds[0]


def send(fact: RefundRequested, now: datetime) -> str:
    """Have the provider carry a refund out, and settle what it answers. Returns the outcome; a refund of
    another merchant account than today's is stuck.

    Raises Unavailable when it does not answer: sent again, the number makes it the same refund.
    """
    intent_key = IntentRow.key(fact.community, fact.intent)
    refund_key = RefundRow.key(fact.community, fact.intent, fact.refund)
    rows = read([intent_key, refund_key])
    intent, row = rows.one(IntentRow, intent_key), rows.one(RefundRow, refund_key)
    if intent is None or row is None:  # the bus told of more than a restored table knows
        return "not_in_our_books"
    if row.refund.state != "requested":
        return "duplicate"
    try:
        merchant = merchants.of_account(intent.intent.account)
    except NotFound:
        return books.strand(fact.community, row.refund, now).outcome
    wanted = RefundOrder(fact.refund, fact.intent, row.refund.amount_fen, intent.intent.amount_fen)
    notice = providers.refund(merchant, wanted)
    if notice.said == "waiting":
        return "sent"
    return books.settle(Told(fact.community, notice), now).outcome


def refunds_of(community: str, intent: str, person: str, *, any_of_them: bool) -> Page[Refund]:
    """An intent's refunds, for its payer too. Raises NotFound."""
    found = find(IntentRow, IntentRow.key(community, intent)).intent
    if not any_of_them and found.payer != person:
        raise NotFound
    rows = RefundRow.query(IntentRow.key.partition(community, intent), RefundRow.sk.startswith("refund#"))
    return Page(items=[row.refund for row in rows])


def refunds(community: str, asked: RefundsAsked) -> Page[Refund]:
    """The community's refunds in a state, the last first. Raises InvalidCursor."""
    shelf = RefundRow.in_state(community, asked.state)
    return page_of(RefundRow.by_shelf, shelf, asked, _shown, newest_first=True)


def _shown(row: RefundRow) -> Refund:
    return row.refund
