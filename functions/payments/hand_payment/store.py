"""Payments by hand: settled and booked in the transaction that enters them."""

from functions.payments.books import store as books
from functions.payments.books.orders import receipt_of
from functions.payments.books.rows import IntentRow, TransferRow
from functions.payments.books.settlement import Known, arrived
from functions.payments.books.store import Held
from functions.payments.dues.credits.store import credits_for
from functions.payments.dues.models import Due
from functions.payments.dues.payable import refuse_if_paid, shares_of
from functions.payments.dues.rows import DueRow
from functions.payments.hand_payment.domain import Taking, as_order, refuse_what_cannot_be
from functions.payments.hand_payment.models import HandPayment, HandPaymentView, shown
from linli import communities
from linli.communities import CommunityRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import Conflict, NotFound
from linli.idempotency import Creation
from linli.tables import Rows, Transaction, find, read


def enter(community: str, by: str, taken: HandPayment, creation: Creation) -> HandPaymentView:
    """Enter a payment by hand. Raises NotFound for a bill that is not there, Conflict for one that is paid,
    for another amount than the bills ask for, or a transfer that was entered before.
    """
    refuse_what_cannot_be(taken, creation.at)
    return creation.once(
        lambda: _entered(community, by, taken, creation),
        lambda same: shown(find(IntentRow, IntentRow.key(community, same)).intent),
    )


def _entered(community: str, by: str, taken: HandPayment, creation: Creation) -> HandPaymentView:
    intent_key, transfer_key = (
        IntentRow.key(community, creation.id),
        TransferRow.where(community, taken.reference),
    )
    due_keys = [DueRow.key(community, bill) for bill in taken.bills]
    rows = read([*due_keys, intent_key, transfer_key, CommunityRow.key(community)])
    if written := rows.one(IntentRow, intent_key):  # an attempt of ours whose reply was lost
        return shown(written.intent)
    dues = _owed(rows, due_keys)
    earlier = rows.one(TransferRow, transfer_key) if taken.means == "transfer" else None
    zone = communities.known(rows, community).time_zone
    if earlier is not None:
        _refuse_entered(community, earlier.intent, zone)
    carried = credits_for(community, dues)
    order = as_order(taken, dues, shares_of(dues, carried), Taking(creation.id, community, by, creation.at))
    effect = arrived(Known(order, zone=zone), order, creation.at, taken.moved_at or creation.at)
    transaction = Transaction()
    by_bill = {credit.bill: credit for credit in carried}
    books.add_effect(transaction, Held(order, 0, zone, by_bill), effect, creation.at)
    if taken.means == "transfer":
        transaction.create("transfer", TransferRow(*transfer_key, intent=order.intent))
    creation.claim(transaction)
    transaction.commit()
    return shown(effect.intent or order)


def _owed(rows: Rows, keys: list[tuple[str, str]]) -> list[Due]:
    """The bills to pay, as they are now. Raises NotFound, or Conflict for one with nothing left to pay."""
    found = [rows.one(DueRow, key) for key in keys]
    dues = [row.now for row in found if row is not None]
    if len(dues) < len(found):
        raise NotFound
    for due in dues:
        refuse_if_paid(due)
    return dues


def _refuse_entered(community: str, intent: str, zone: str) -> None:
    """Raises Conflict with the receipt of the payment that has this reference."""
    before = find(IntentRow, IntentRow.key(community, intent)).intent
    receipt = before.receipt or receipt_of(intent, before.created_at, zone)
    raise Conflict("transfer_entered", receipt=receipt)


def taken_by_hand(community: str, asked: PageQuery) -> Page[HandPaymentView]:
    """A community's payments by hand, the last first. Raises InvalidCursor."""
    shelf = IntentRow.by_hand(community)
    return page_of(IntentRow.by_shelf, shelf, asked, lambda row: shown(row.intent), newest_first=True)
