"""A key is taken however it was pasted, and what is none is named with its reason."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from functions.payments.providers.keys.pasted import private_key_of
from functions.payments.providers.merchants.checks import secrets_of
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.signatures import fits, signed
from functions.payments.providers.wechat import messages as wechat
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.pasted import (
    OURS,
    PKCS1,
    PUBLIC,
    THEIRS,
    bare,
    certificate,
    contract,
    faults,
    private,
    spelled,
)
from tests.unit.payments.shop import SERIAL

PASTED: list[Callable[[str], str]] = [
    lambda pem: pem,
    lambda pem: pem.replace("\n", "\\n"),
    lambda pem: pem.replace("\n", "\r\n"),
    lambda pem: pem.replace("\n", " "),
    lambda pem: pem.replace("\n", ""),
    lambda pem: f'\n  "{pem.strip()}"  ',
    lambda pem: pem.replace("\n", "\n    "),
    bare,
    lambda pem: f"{bare(pem)}\n",
    lambda pem: pem[: pem.index("-----END")],
]


@pytest.mark.parametrize("pasted", PASTED)
@pytest.mark.parametrize("public", [PUBLIC, PKCS1, certificate()])
def test_a_providers_key_is_taken_however_it_was_pasted(pasted: Callable[[str], str], public: str) -> None:
    kept = secrets_of(contract(provider_keys={SERIAL: pasted(public)}), OURS, "willow", "wechat")
    merchant = Merchant.model_validate_json(kept.merchant)
    assert merchant.provider_keys == {SERIAL: PUBLIC}
    wechat.verify(shop.called(), merchant)
    # and one that was kept unchecked, before there was a check
    wechat.verify(shop.called(), merchant.model_copy(update={"provider_keys": {SERIAL: pasted(public)}}))


@pytest.mark.parametrize("pasted", PASTED)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_our_key_signs_however_it_was_pasted(pasted: Callable[[str], str], form: PrivateFormat) -> None:
    text = pasted(spelled(form))
    kept = secrets_of(contract(), text, "willow", "wechat").signing_key
    for each in (text, kept):
        assert fits(signing.base64.b64decode(signed(b"x", each)), b"x", signing.public_part(OURS))
    assert private_key_of(kept).private_numbers() == private().private_numbers()


def test_a_key_that_is_none_is_named_with_its_reason() -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    form = PrivateFormat.PKCS8
    ec_pem = elliptic.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    ec_public = elliptic.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    locked = private().private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"x")).decode()
    few = rsa.generate_private_key(65537, 1024)  # noqa: S505  it is to be refused
    short = few.private_bytes(Encoding.PEM, form, NoEncryption()).decode()
    assert "the signing key: is a public key" in faults(signing.public_part(OURS))
    assert "the signing key: is a public key" in faults(certificate())
    assert "the signing key: is enciphered" in faults(locked)
    assert "the signing key: is not an RSA" in faults(ec_pem)
    assert "the signing key: has fewer than 2048 bits" in faults(short)
    assert "the signing key: is neither PEM nor base64" in faults("a key!")
    assert "the signing key: is no private key, or a part" in faults(b64encode(b"half").decode())
    for text, reason in [
        (THEIRS, "is a private key"),
        (spelled(PrivateFormat.TraditionalOpenSSL, THEIRS), "is a private key"),
        (ec_public, "is not an RSA"),
        (PUBLIC[:200], "is n"),
        ("", "is no public key"),
        (signing.public_part(OURS), "is our own key"),
        (signing.public_part(short), "has fewer than 2048 bits"),
    ]:
        assert f"provider_keys, {SERIAL}: {reason}" in faults(provider_keys={SERIAL: text}), reason
