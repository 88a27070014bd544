"""The inbox (收件箱): every callback is stored with its verdict before anybody answers it.

A callback is known by what it says, so that the same one, delivered again, is the same row. It is settled
from there: at once, and by the sweep if that failed.
"""

from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.expressions.update import Action

from functions.payments.books import store as books
from functions.payments.books.rows import CallbackRow
from functions.payments.books.store import Told
from functions.payments.callbacks.models import Mismatched, Stored
from functions.payments.providers.merchants import store as merchants
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.models import Delivery, Refused, Unreadable
from functions.payments.providers.protocol.notices import Notice
from functions.payments.providers.registry import PROVIDERS
from functions.payments.providers.store import with_fresh_keys
from linli.instants import to_epoch_seconds
from linli.tables import ConditionsFailed, change

KEPT = CallbackRow.KEPT.span
REFUSED_KEPT = CallbackRow.KEPT_REFUSED.span
REFUSED_BYTES = 2048
SWEPT_AFTER = timedelta(minutes=1)
PROOF = ("content-type", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature", "wechatpay-timestamp")
LONGEST_PROOF = 2048


def callback_id(notice: Notice) -> str:
    """The id of a callback: a digest of all that it says."""
    return sha256(notice.model_dump_json().encode()).hexdigest()[:40]


def receive(community: str, provider: str, delivery: Delivery) -> Stored:
    """Store a callback with its verdict. Raises Refused for one that must have no effect, stored as well,
    or NotFound where the community is no merchant of the provider.
    """
    try:
        merchant = verified(community, provider, delivery)
        notice = _read(delivery, merchant)
    except Unreadable as error:
        _store_unreadable(community, provider, delivery, error)
        raise
    except Refused as error:
        _store_refused(community, provider, delivery, error)
        raise
    return _store(community, notice, delivery)


def stored_in(row: CallbackRow, notice: Notice) -> Stored:
    """The callback that a row holds, whose notice has been read."""
    community, name = CallbackRow.key.parts(row)
    return Stored(community, name, notice, row.outcome, row.mismatch)


def read_again(community: str, row: CallbackRow, now: datetime) -> Stored:
    """Read a callback with the keys of today that could not be read when it came.

    Raises Unreadable, NotFound.
    """
    merchant = merchants.merchant(community, row.provider)
    headers = dict(line.split(": ", 1) for line in (row.proof or "").splitlines())
    notice = _read(Delivery(headers, bytes(row.body or b""), now), merchant)
    row.update([CallbackRow.verdict.set("accepted"), CallbackRow.notice.set(notice)])
    return stored_in(row, notice)


def _read(delivery: Delivery, merchant: Merchant) -> Notice:
    """What a callback says whose signature is right, with keys fetched afresh where that may help."""
    return with_fresh_keys(partial(PROVIDERS[merchant.provider].parse, delivery), merchant, delivery.now)


def take_effect(stored: Stored, now: datetime, *, anew: bool = False) -> str:
    """Let a stored callback take effect, once. Returns the outcome.

    Raises Mismatched when it does not fit, Unavailable when others hold its rows.
    """
    outcome, mismatch = "duplicate", stored.mismatch
    if stored.outcome is None or anew:
        effect = books.settle(Told(stored.community, stored.notice, stored.callback, anew), now)
        outcome, mismatch = effect.outcome, effect.mismatch
    if mismatch:
        raise Mismatched("callback_mismatched", {"mismatch": mismatch})
    return outcome


def _store(community: str, notice: Notice, delivery: Delivery) -> Stored:
    """Store a callback that was signed: one write for a new one. One that was settled before costs a second,
    which counts the delivery.
    """
    row = CallbackRow(*CallbackRow.key(community, callback_id(notice)))
    always: list[Action] = [CallbackRow.deliveries.add(1), CallbackRow.last_at.set(delivery.now)]
    as_new = [*always, *_of_new(community, row.pk, notice, delivery)]
    try:
        change(row, as_new, CallbackRow.outcome.does_not_exist())
    except ConditionsFailed:
        row.update(always)
    return Stored(community, callback_id(notice), notice, row.outcome, row.mismatch)


def _of_new(community: str, key: str, notice: Notice, delivery: Delivery) -> list[Action]:
    due = CallbackRow.timed(key, delivery.now + SWEPT_AFTER)
    values: list[tuple[Attribute[Any], Any]] = [
        (CallbackRow.verdict, "accepted"),
        (CallbackRow.provider, notice.provider),
        (CallbackRow.notice, notice),
        *((getattr(CallbackRow, name), value) for name, value in due.items()),
    ]
    return _first(community, "waiting", values, delivery)


def _first(
    community: str, state: str, more: list[tuple[Attribute[Any], Any]], delivery: Delivery
) -> list[Action]:
    """What is written of a callback that a provider signed, when it comes first."""
    now = delivery.now
    values: list[tuple[Attribute[Any], Any]] = [
        *more,
        (CallbackRow.first_at, now),
        (CallbackRow.proof, _proof(delivery)),
        (CallbackRow.body, delivery.body),
        (CallbackRow.ttl, to_epoch_seconds(now + KEPT)),
        (CallbackRow.shelf, CallbackRow.in_state(community, state)),
        (CallbackRow.shelved_at, now),
    ]
    first = [attribute.set(attribute | value) for attribute, value in values]
    return [CallbackRow.kind.set(CallbackRow), *first]


def _store_unreadable(community: str, provider: str, delivery: Delivery, error: Refused) -> None:
    """Store a callback whole that the provider signed and we cannot read, until it is read again."""
    digest = sha256(f"{provider}\x1f".encode() + delivery.body).hexdigest()[:40]
    row = CallbackRow(*CallbackRow.key(community, digest))
    values: list[tuple[Attribute[Any], Any]] = [
        (CallbackRow.verdict, error.slug),
        (CallbackRow.provider, provider),
    ]
    always: list[Action] = [CallbackRow.deliveries.add(1), CallbackRow.last_at.set(delivery.now)]
    row.update([*always, *_first(community, "unreadable", values, delivery)])


def _store_refused(community: str, provider: str, delivery: Delivery, error: Refused) -> None:
    now, proof = delivery.now, _proof(delivery)
    digest = sha256(f"{provider}\x1f{proof}\x1f".encode() + delivery.body).hexdigest()[:40]
    row = CallbackRow(*CallbackRow.refused(community, f"{now:%Y-%m-%d}", digest))
    row.update(
        [
            CallbackRow.kind.set(CallbackRow),
            CallbackRow.deliveries.add(1),
            CallbackRow.last_at.set(now),
            CallbackRow.first_at.set(CallbackRow.first_at | now),
            CallbackRow.verdict.set(error.slug),
            CallbackRow.provider.set(provider),
            CallbackRow.proof.set(proof),
            CallbackRow.body.set(delivery.body[:REFUSED_BYTES]),
            CallbackRow.ttl.set(to_epoch_seconds(now + REFUSED_KEPT)),
        ]
    )


def _proof(delivery: Delivery) -> str:
    """The headers that a signature stands in or is made of."""
    lines = sorted((name.lower(), value) for name, value in delivery.headers.items())
    return "\n".join(f"{name}: {value}" for name, value in lines if name in PROOF)[:LONGEST_PROOF]


def verified(community: str, provider: str, delivery: Delivery) -> Merchant:
    """The merchant whose callback this is, if its signature fits, with keys fetched afresh where that may
    help. Raises NotFound, or Refused where it does not fit.
    """

    def checked(merchant: Merchant) -> Merchant:
        PROVIDERS[merchant.provider].verify(delivery, merchant)
        return merchant

    return with_fresh_keys(checked, merchants.merchant(community, provider), delivery.now)
