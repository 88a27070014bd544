"""A community's account at a provider, as its secret has it: parsed strictly, spelled in one way."""

from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from functions.payments.providers.keys.serials import PUBLIC_KEY_ID, alipay_serial, wechat_serial
from linli.contracts import Contract
from linli.ids import Id
from linli.vocabulary.payments import Provider

AS_WECHAT_CALLS_IT = (
    ("sub_mchid", "seller"), ("mchid", "seller"), ("sp_mchid", "sp_seller"), ("sub_appid", "app"),
    ("appid", "app"), ("sp_appid", "sp_app"), ("serial_no", "serial"),
)  # fmt: skip
LENGTH_OF_API_V3_KEY = 32


class Account(NamedTuple):
    """Where an order was made: a community's account at a provider, by whose money it is and its app."""

    community: str
    provider: str
    seller: str
    app: str


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
