"""What goes between us and a payment provider: the small types that Alipay's module and WeChat Pay's share.

All of it is plain data. Nothing here sends: `client` does, and `registry` says what a provider's module
can do.

    Refused                403 forged           the signature does not fit what came
    ├── Malformed          400 malformed        not a message of this protocol at all
    ├── Stale              403 stale            signed more than five minutes from now
    ├── NoKeyFits          403 forged           no serial was named, and none of the keys we have fits
    ├── UnknownSerial      403 unknown-serial   signed by a key that we do not have (yet)
    ├── Probe              403 probe            a test of the provider whether we check signatures
    └── Unreadable         400 unreadable       signed by the provider, but not what its documents promise
        └── Undecipherable 400 unreadable       enciphered by another key than ours

    Silent                 503 unavailable      nothing came, or that it is busy; an answer that tells nothing
                                                is Unavailable: it may be about one order alone
    KeyNotTaken            503 unavailable      it does not take our key: nobody can ask until that is changed
    NotThereYet            503 unavailable      a statement that is still to be made
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import ClassVar, Generic, Literal, TypeVar

from functions.payments.providers.merchants.models import Merchant
from linli.errors import LinliError, Unavailable

Meaning = TypeVar("Meaning")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A callback as it came in: header names in any case, the body byte for byte. `now` is its arrival."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the provider is answered, in its own form: anything but its word for yes makes it come again."""

    status: int
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid (商户订单). `id` is our payment intent. `payer` is the open id that the provider's
    own log-in gave our mini-program; without one it is paid from a mobile app, which only Alipay does here.
    """

    id: str
    amount_fen: int
    subject: str
    expires_at: datetime
    payer: str = ""


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What is to go back (退款): `amount_fen` out of `order_fen`. The provider knows it by `id`, and carries
    the same `id` out only once.
    """

    id: str
    order: str
    amount_fen: int
    order_fen: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """What signs a request of ours (PEM), when, and the number used only once that goes into it: 32
    characters.
    """

    private_key: str = field(repr=False)
    now: datetime
    nonce: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request of ours, signed and ready to be sent. Each goes by a number of ours, so that sending it twice
    does no more than once.
    """

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered `Outgoing` with."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True)
class Question(Generic[Meaning]):
    """A request and how its answer is read.

    `read(answer, merchant)` checks the provider's signature and raises Refused as a callback's check does, or
    Silent when the provider is too busy, Unavailable when it tells nothing: asking again may help.
    """

    outgoing: Outgoing
    read: Callable[[Answer, Merchant], Meaning]


class Silent(Unavailable):
    """The provider does not answer, or is too busy to: it need not be asked for anything else just now."""


class NotThereYet(Unavailable):
    """The provider has no statement of that day, or not yet."""


class KeyNotTaken(Unavailable):
    """The provider does not take our key: nothing can be asked of it until somebody has changed that."""


class Refused(LinliError):
    """Something that claims to come from a provider and must have no effect.

    `keys_may_be_old`: the provider may have changed its keys, so that fetching ours afresh may help.
    """

    keys_may_be_old: ClassVar[bool] = False
    status = HTTPStatus.FORBIDDEN
    slug = "forged"


class Malformed(Refused):
    """Not a message of this protocol: duplicate fields, no signature, bad base64, a serial that is none."""

    status = HTTPStatus.BAD_REQUEST
    slug = "malformed"


class Stale(Refused):
    """More than five minutes old, or ahead: a replay, or a clock that is off."""

    slug = "stale"


class NoKeyFits(Refused):
    """No key that we have fits. Alipay names no serial, so this is a forgery or a new key."""

    keys_may_be_old = True


class UnknownSerial(Refused):
    """Signed by a key that we do not have."""

    keys_may_be_old = True
    slug = "unknown-serial"


class Probe(Refused):
    """WeChat Pay tests with `WECHATPAY/SIGNTEST/` whether we check signatures; no reason for an alarm."""

    slug = "probe"


class Unreadable(Refused):
    """Signed by the provider, but it cannot be deciphered or lacks what its documents promise."""

    status = HTTPStatus.BAD_REQUEST
    slug = "unreadable"


class Undecipherable(Unreadable):
    """Enciphered by another APIv3 key than ours: we, or the provider, may have changed it."""

    keys_may_be_old = True
