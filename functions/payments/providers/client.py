"""Asks the providers: sends what their modules built, and reads the answer once its signature fits.

What is asked is signed with the time of asking, and an answer is good for five minutes: here alone the clock
is read, not the event's time, which may be hours old when a queue has been waiting.
"""

import secrets
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from functions.payments.providers.keys.pasted import private_key_of
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.merchants.store import signing_key
from functions.payments.providers.protocol.models import (
    Answer,
    Order,
    Outgoing,
    Question,
    RefundOrder,
    Refused,
    Silent,
    Stamp,
)
from functions.payments.providers.protocol.notices import Notice
from functions.payments.providers.registry import PROVIDERS
from functions.payments.providers.store import with_fresh_keys
from linli.errors import Unavailable
from linli.outbound import session

if TYPE_CHECKING:
    import requests

CONNECT_SECONDS, READ_SECONDS = 3, 5
RETRIES = 2
BUSY = (502, 503, 504)
LARGEST_ANSWER = 32 * 1024 * 1024
CHUNK = 64 * 1024

Meaning = TypeVar("Meaning")


def order(merchant: Merchant, wanted: Order) -> dict[str, str]:
    """What the mini-program needs to pay `wanted`. Raises Conflict if the provider refuses the order."""
    provider = PROVIDERS[merchant.provider]
    question = provider.prepay(wanted, merchant, _stamp(merchant))
    handle = _ask(question, merchant) if question else ""
    return provider.parameters(wanted, handle, merchant, _stamp(merchant))


def query(merchant: Merchant, order: str) -> Notice:
    """What became of an order: paid, waiting, closed or unknown."""
    return _ask(PROVIDERS[merchant.provider].query(order, merchant, _stamp(merchant)), merchant)


def close(merchant: Merchant, order: str) -> Notice:
    """Close an order, so that nobody pays it: closed or unknown, or, where the payer was faster, paid."""
    notice = _ask(PROVIDERS[merchant.provider].close(order, merchant, _stamp(merchant)), merchant)
    return query(merchant, order) if notice.said == "waiting" else notice


def refund(merchant: Merchant, wanted: RefundOrder) -> Notice:
    """Send money back: refunded, waiting or refund_failed.

    A refusal is not believed at once: it may be about the same refund, carried out before, whose answer was
    lost.
    """
    notice = _ask(PROVIDERS[merchant.provider].refund(wanted, merchant, _stamp(merchant)), merchant)
    if notice.said != "refund_failed":
        return notice
    known = query_refund(merchant, wanted)
    return notice if known.said == "unknown" else known


def query_refund(merchant: Merchant, wanted: RefundOrder) -> Notice:
    """What became of a refund: refunded, waiting, refund_failed or unknown."""
    return _ask(PROVIDERS[merchant.provider].query_refund(wanted, merchant, _stamp(merchant)), merchant)


def statement(merchant: Merchant, day: date) -> tuple[Notice, ...]:
    """The provider's statement of a day in China; empty when nothing happened."""
    where = _ask(PROVIDERS[merchant.provider].statement(day, merchant, _stamp(merchant)), merchant)
    return _ask(where, merchant) if where else ()


def _stamp(merchant: Merchant) -> Stamp:
    key = signing_key(merchant)
    try:
        private_key_of(key)
    except ValueError as error:
        raise Unavailable("signing_key_faulty", {"provider": merchant.provider, "why": str(error)}) from None
    return Stamp(key, datetime.now(UTC), secrets.token_hex(16))


def _ask(question: Question[Meaning], merchant: Merchant) -> Meaning:
    """Ask a provider, and read its answer. Raises Silent when the provider does not answer, KeyNotTaken when
    it does not take our key, Unavailable when somebody else answers.
    """
    answer = _sent(question.outgoing)
    try:
        return with_fresh_keys(partial(question.read, answer), merchant, answer.now)
    except Refused as error:
        raise Unavailable(
            "answer_not_believed", {"provider": merchant.provider, "why": error.slug}
        ) from error


def _sent(outgoing: Outgoing) -> Answer:
    import requests  # noqa: PLC0415  see session

    try:
        with session(RETRIES, BUSY).request(
            outgoing.method,
            outgoing.url,
            headers=dict(outgoing.headers),
            data=outgoing.body,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = _body(response)
            return Answer(response.status_code, dict(response.headers), body, datetime.now(UTC))
    except requests.RequestException as error:
        raise Silent("provider_silent") from error


def _body(response: "requests.Response") -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise Unavailable("answer_too_large")
    return bytes(body)
