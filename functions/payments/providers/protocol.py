"""What goes between us and a payment provider: the small types that Alipay's module and WeChat Pay's share.

All of it is plain data. Nothing here sends: `gateway.py` does, and `providers.py` says what a provider's
module can do.

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
from typing import Annotated, Any, ClassVar, Generic, Literal, Self, TypeVar

from pydantic import Field, ValidationInfo, field_validator, model_validator

from functions.payments.providers.merchants.serials import PUBLIC_KEY_ID, alipay_serial, wechat_serial
from linli.contracts import Contract
from linli.errors import LinliError, Unavailable
from linli.ids import Id
from linli.vocabulary.payments import Provider

Told = TypeVar("Told")


AS_WECHAT_CALLS_IT = (
    ("sub_mchid", "seller"), ("mchid", "seller"), ("sp_mchid", "sp_seller"), ("sub_appid", "app"),
    ("appid", "app"), ("sp_appid", "sp_app"), ("serial_no", "serial"),
)  # fmt: skip
LENGTH_OF_API_V3_KEY = 32


class Merchant(Contract):
    """How a community is a merchant (商户) of a provider, but for the key that signs what we send.

    `seller` is who gets the money: Alipay's `seller_id`, WeChat's `mchid`. `app` is the mini-program's id.
    `serial` names the signing key (its certificate's, WeChat only). `provider_keys` are the provider's public
    keys by serial, several while it changes them; Alipay's go by any name if it sends no serial. `api_v3_key`
    deciphers WeChat's notices: 32 characters. `gateway_url` is where it is asked, `notify_url` where
    it calls us.

    Under a service provider of WeChat Pay (服务商模式) `sp_seller` and `sp_app` are that one's `sp_mchid` and
    `sp_appid`, whose keys these are; `seller` is the community's own `sub_mchid` and `app` its `sub_appid`,
    if it has one. WeChat's own names are taken as well. Serials are kept in one spelling.
    """

    community: Id
    provider: Provider
    seller: Annotated[str, Field(min_length=1, max_length=32)]
    app: Annotated[str, Field(min_length=1, max_length=32)]
    provider_keys: Annotated[dict[str, str], Field(repr=False, min_length=1, max_length=10)]
    serial: Annotated[str, Field(max_length=128)] = ""
    api_v3_key: Annotated[str, Field(repr=False, max_length=64)] = ""
    gateway_url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    notify_url: Annotated[str, Field(pattern=r"^https?://[^\s?]+$")]
    sp_seller: Annotated[str, Field(max_length=32)] = ""
    sp_app: Annotated[str, Field(max_length=32)] = ""

    @model_validator(mode="before")
    @classmethod
    def _as_we_call_it(cls, told: Any) -> Any:
        """WeChat's names for ours; blanks and line ends that came with a paste are none of a value."""
        if not isinstance(told, dict):
            return told
        found = {name: _without_blanks(value) for name, value in told.items()}
        for theirs, ours in AS_WECHAT_CALLS_IT:
            if theirs in found and not found.get(ours):
                found[ours] = found.pop(theirs)
        if found.get("sp_app") and not found.get("app"):
            found["app"] = found["sp_app"]
        return found

    @field_validator("provider_keys")
    @classmethod
    def _by_one_spelling(cls, keys: dict[str, str], about: ValidationInfo) -> dict[str, str]:
        spelled: dict[str, str] = {}
        for name, key in keys.items():
            serial = _spelled(name, about.data.get("provider"))
            if spelled.setdefault(serial, key) != key:
                raise ValueError("two keys go by one serial")
        return spelled

    @field_validator("serial")
    @classmethod
    def _in_one_spelling(cls, serial: str) -> str:
        if serial.upper().startswith(PUBLIC_KEY_ID):
            raise ValueError("is the id of WeChat Pay's key: the serial of our own certificate belongs here")
        return wechat_serial(serial) if serial else ""

    @model_validator(mode="after")
    def _has_what_wechat_needs(self) -> Self:
        if self.provider != "wechat":
            if self.sp_seller or self.sp_app:
                raise ValueError("sp_seller: only WeChat Pay has service providers here")
            return self
        if not self.serial:
            raise ValueError("serial: wechat needs that of our certificate")
        length = len(self.api_v3_key.encode())
        if length != LENGTH_OF_API_V3_KEY:
            raise ValueError(f"api_v3_key: has {length} bytes, wechat's has {LENGTH_OF_API_V3_KEY}")
        return self

    def key_of(self, serial: str) -> str | None:
        """The provider's key of a serial, however either is spelled. Raises ValueError for what is none."""
        wanted = wechat_serial(serial) if self.provider == "wechat" else alipay_serial(serial)
        keys = ((_spelled(name, self.provider), key) for name, key in self.provider_keys.items())
        return next((key for name, key in keys if name == wanted), None)

    @property
    def signs_as(self) -> str:
        """Whose certificate signs what we send."""
        return self.sp_seller or self.seller


def _without_blanks(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _spelled(name: str, provider: str | None) -> str:
    """A key's serial in one spelling; one that is none names a key that nothing fits."""
    if provider != "wechat":
        return alipay_serial(name)
    try:
        return wechat_serial(name)
    except ValueError:
        return name.strip()


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
class Refund:
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
class Question(Generic[Told]):
    """A request and how its answer is read.

    `read(answer, merchant)` checks the provider's signature and raises Refused as a callback's check does, or
    Silent when the provider is too busy, Unavailable when it tells nothing: asking again may help.
    """

    outgoing: Outgoing
    read: Callable[[Answer, Merchant], Told]


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
    title = "The signature does not fit"


class Malformed(Refused):
    """Not a message of this protocol: duplicate fields, no signature, bad base64, a serial that is none."""

    status = HTTPStatus.BAD_REQUEST
    slug = "malformed"
    title = "Not a message of this protocol"


class Stale(Refused):
    """More than five minutes old, or ahead: a replay, or a clock that is off."""

    slug = "stale"
    title = "Signed too long ago, or ahead of time"


class NoKeyFits(Refused):
    """Alipay names no serial, so this is a forgery or a new key."""

    keys_may_be_old = True


class UnknownSerial(Refused):
    """Signed by a key that we do not have."""

    keys_may_be_old = True
    slug = "unknown-serial"
    title = "Signed by a key we do not know"


class Probe(Refused):
    """WeChat Pay tests with `WECHATPAY/SIGNTEST/` whether we check signatures; no reason for an alarm."""

    slug = "probe"
    title = "A signature made to be refused"


class Unreadable(Refused):
    """Signed by the provider, but it cannot be deciphered or lacks what its documents promise."""

    status = HTTPStatus.BAD_REQUEST
    slug = "unreadable"
    title = "Signed, but it cannot be read"


class Undecipherable(Unreadable):
    """Enciphered by another APIv3 key than ours: we, or the provider, may have changed it."""

    keys_may_be_old = True
