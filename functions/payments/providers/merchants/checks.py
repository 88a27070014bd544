"""What becomes a merchant's two secrets, checked whole before it is kept. Pure.

Whatever is wrong shows here, and not at the first callback: a key that is half pasted, the public one in
place of the private, our own in place of the provider's, a serial that is another certificate's.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pydantic import ValidationError

from functions.payments.providers.keys.pasted import certificate_of, private_key_of, public_key_of
from functions.payments.providers.keys.serials import PUBLIC_KEY_ID, wechat_serial
from functions.payments.providers.merchants.models import Merchant

FEWEST_BITS = 2048
FORMS = {
    ("alipay", "seller"): (re.compile(r"2088[0-9]{12}"), "Alipay's seller_id is 2088 and twelve digits"),
    ("alipay", "app"): (re.compile(r"[0-9]{16}"), "Alipay's app_id is sixteen digits"),
    ("wechat", "seller"): (re.compile(r"[0-9]{8,10}"), "WeChat Pay's mchid is eight to ten digits"),
    ("wechat", "sp_seller"): (re.compile(r"|[0-9]{8,10}"), "WeChat Pay's sp_mchid is eight to ten digits"),
    ("wechat", "app"): (re.compile(r"wx[0-9a-z]{16}"), "WeChat's appid is wx and sixteen characters"),
    ("wechat", "sp_app"): (re.compile(r"|wx[0-9a-z]{16}"), "WeChat's sp_appid is wx and sixteen characters"),
}


class Faulty(ValueError):
    """A merchant's secrets cannot be kept; `faults` says all that is wrong, and repeats no key."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Secrets:
    """The texts to be kept: keys are PEM, serials in one spelling."""

    merchant: str
    signing_key: str


def secrets_of(contract: str, signing_key: str, community: str, provider: str) -> Secrets:
    """The two secrets of a merchant. `contract` is the JSON of `Merchant`; `community` and `provider` may be
    left out of it. Raises Faulty.
    """
    try:
        told = json.loads(contract)
    except ValueError:
        raise Faulty(["the contract is no JSON"]) from None
    if not isinstance(told, dict):
        raise Faulty(["the contract is no JSON object"])
    named = {"community": community, "provider": provider}
    faults = [f"{name}: is another one's" for name in named if told.get(name, named[name]) != named[name]]
    try:
        merchant = Merchant.model_validate_json(json.dumps(told | named))
    except ValidationError as error:
        raise Faulty([*faults, *_of_contract(error)]) from None
    faults += _of_forms(merchant)
    private: RSAPrivateKey | None = None
    try:
        private = private_key_of(signing_key)
        faults += ["the signing key: has fewer than 2048 bits"] if private.key_size < FEWEST_BITS else []
    except ValueError as error:
        faults.append(f"the signing key: {error}")
    keys: dict[str, str] = {}
    for serial, text in merchant.provider_keys.items():
        try:
            keys[serial] = _public(merchant, serial, text, private)
        except ValueError as error:
            faults.append(f"provider_keys, {serial}: {error}")
    if faults or private is None:
        raise Faulty(faults)
    kept = merchant.model_copy(update={"provider_keys": keys})
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Secrets(kept.model_dump_json(exclude_defaults=True), pem)


def _of_contract(error: ValidationError) -> list[str]:
    """What is wrong, without what stood there."""
    return [
        f"{'.'.join(map(str, each['loc'])) or 'contract'}: {each['msg'].removeprefix('Value error, ')}"
        for each in error.errors(include_input=False, include_url=False)
    ]


def _of_forms(merchant: Merchant) -> Iterator[str]:
    for (provider, name), (form, said) in FORMS.items():
        if provider == merchant.provider and form.fullmatch(getattr(merchant, name)) is None:
            yield f"{name}: {said}"
    if not merchant.notify_url.endswith(f"/callbacks/{merchant.provider}/{merchant.community}"):
        yield f"notify_url: has to end with /callbacks/{merchant.provider}/{merchant.community}"


def _public(merchant: Merchant, serial: str, text: str, ours: RSAPrivateKey | None) -> str:
    """A provider's key as PEM. Raises ValueError."""
    key = public_key_of(text)
    if key.key_size < FEWEST_BITS:
        raise ValueError("has fewer than 2048 bits")
    if ours is not None and key.public_numbers() == ours.public_key().public_numbers():
        raise ValueError("is our own key: the provider's belongs here")
    if merchant.provider == "wechat":
        _check_serial(serial, text)
    return _pem(key)


def _check_serial(serial: str, text: str) -> None:
    certificate = certificate_of(text)
    if wechat_serial(serial).startswith(PUBLIC_KEY_ID):
        if certificate is not None:
            raise ValueError("is a certificate: WeChat Pay's public key belongs under its id")
    elif certificate is not None and wechat_serial(f"{certificate.serial_number:X}") != serial:
        raise ValueError(f"the certificate's serial is {certificate.serial_number:X}")


def _pem(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
