"""A merchant's secrets are checked whole when they are set up, and taken however a key was pasted."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from functions.payments.providers.merchants.checks import Faulty, whole
from functions.payments.providers.merchants.keys import private_key_of
from functions.payments.providers.merchants.models import Merchant
from functions.payments.providers.protocol.signatures import fits, signed
from functions.payments.providers.wechat import messages as wechat
from linli_cli.demo import merchants
from linli_cli.errors import CommandError
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import PUBLIC_KEY_ID, SERIAL, key

OURS, THEIRS = key("ours"), key("wechat")
PUBLIC = signing.public_part(THEIRS)


def private(text: str = OURS) -> rsa.RSAPrivateKey:
    found = load_pem_private_key(text.encode(), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found


def spelled(form: PrivateFormat, text: str = OURS) -> str:
    return private(text).private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def bare(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


@cache
def certificate(serial: int = int(SERIAL, 16)) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private(THEIRS).public_key())
        .serial_number(serial)
        .not_valid_before(since)
        .not_valid_after(until)
        .sign(private(THEIRS), hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


PKCS1 = private(THEIRS).public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1).decode()
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


def contract(**changed: Any) -> str:
    told = json.loads(shop.wechat().model_dump_json()) | {"provider_keys": {SERIAL: PUBLIC}} | changed
    return json.dumps({name: value for name, value in told.items() if value is not None})


def faults(signing_key: str = OURS, provider: str = "wechat", **changed: Any) -> str:
    with pytest.raises(Faulty) as faulty:
        whole(contract(**changed), signing_key, "willow", provider)
    said = str(faulty.value)
    assert shop.API_V3_KEY not in said
    assert bare(OURS)[20:60] not in said
    return said


@pytest.mark.parametrize("pasted", PASTED)
@pytest.mark.parametrize("public", [PUBLIC, PKCS1, certificate()])
def test_a_providers_key_is_taken_however_it_was_pasted(pasted: Callable[[str], str], public: str) -> None:
    kept = whole(contract(provider_keys={SERIAL: pasted(public)}), OURS, "willow", "wechat")
    merchant = Merchant.model_validate_json(kept.merchant)
    assert merchant.provider_keys == {SERIAL: PUBLIC}
    wechat.verify(shop.called(), merchant)
    # and one that was kept unchecked, before there was a check
    wechat.verify(shop.called(), merchant.model_copy(update={"provider_keys": {SERIAL: pasted(public)}}))


@pytest.mark.parametrize("pasted", PASTED)
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_our_key_signs_however_it_was_pasted(pasted: Callable[[str], str], form: PrivateFormat) -> None:
    text = pasted(spelled(form))
    kept = whole(contract(), text, "willow", "wechat").signing_key
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


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"api_v3_key": "0123456789"}, "api_v3_key: has 10 bytes, wechat's has 32"),
        ({"api_v3_key": "0" * 33}, "api_v3_key: has 33 bytes"),
        ({"api_v3_key": None}, "api_v3_key: has 0 bytes"),
        ({"serial": None}, "serial: wechat needs"),
        ({"serial": PUBLIC_KEY_ID}, "serial: is the id of WeChat Pay's key"),
        ({"serial": "my serial"}, "serial: is no serial"),
        ({"provider_keys": {}}, "provider_keys"),
        ({"provider_keys": {"the key": PUBLIC}}, "provider_keys, the key: is no serial"),
        ({"provider_keys": {SERIAL: PUBLIC, SERIAL.lower(): certificate()}}, "two keys go by one serial"),
        ({"provider_keys": {"44" * 20: certificate()}}, f"the certificate's serial is {SERIAL}"),
        ({"provider_keys": {PUBLIC_KEY_ID: certificate()}}, "is a certificate: WeChat Pay's public key"),
        ({"seller": "wx8888888888888888", "app": "1900000109"}, "mchid is eight to ten digits"),
        ({"notify_url": "https://x.test/callbacks/wechat/maple"}, "has to end with /callbacks/wechat/willow"),
        ({"gateway_url": "api.mch.weixin.qq.com"}, "gateway_url"),
        ({"community": "maple"}, "community: is another one's"),
        ({"password": "x"}, "password"),
    ],
)
def test_what_is_wrong_with_a_contract_is_said_when_it_is_set_up(changed: dict[str, Any], said: str) -> None:
    assert said in faults(**changed)


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = faults("a key", seller="x", provider_keys={SERIAL: "x"})
    assert said.count(";") == 2


def test_pasted_blanks_and_spellings_are_none_of_a_value() -> None:
    pasted = contract(
        api_v3_key=f" {shop.API_V3_KEY}\n", seller=f"{shop.wechat().seller} ",
        serial=f"0x{shop.wechat().serial.lower()}",
        provider_keys={":".join(SERIAL[at : at + 2] for at in range(0, 32, 2)): PUBLIC}, community=None,
    )  # fmt: skip
    kept = Merchant.model_validate_json(whole(pasted, OURS, "willow", "wechat").merchant)
    assert kept == shop.wechat().model_copy(update={"provider_keys": {SERIAL: PUBLIC}})


def test_alipays_contract_is_checked_likewise() -> None:
    alipay = json.loads(shop.alipay().model_dump_json())
    assert whole(json.dumps(alipay), OURS, "willow", "alipay")
    for wrong in ({"seller": "1"}, {"app": "wx1"}, {"sp_mchid": "1900000100"}):
        with pytest.raises(Faulty):
            whole(json.dumps(alipay | wrong), OURS, "willow", "alipay")
    with pytest.raises(Faulty, match="no JSON"):
        whole("{", OURS, "willow", "alipay")
    with pytest.raises(Faulty, match="no JSON object"):
        whole("[]", OURS, "willow", "alipay")


def test_two_keys_under_one_serial_are_refused_when_they_are_read_too() -> None:
    with pytest.raises(ValidationError):
        Merchant.model_validate_json(contract(provider_keys={SERIAL: PUBLIC, f"0x{SERIAL}": PKCS1}))


def test_the_command_says_what_is_wrong_and_keeps_nothing(tmp_path: Path) -> None:
    told, key_file = tmp_path / "contract.json", tmp_path / "key.pem"
    told.write_text(contract(api_v3_key="short"))
    key_file.write_text(signing.public_part(OURS))
    with pytest.raises(CommandError, match="api_v3_key: has 5 bytes"):
        merchants.merchant("willow", "wechat", told, key_file)
    told.write_text(contract())
    with pytest.raises(CommandError, match="the signing key: is a public key"):
        merchants.merchant("willow", "wechat", told, key_file)
    key_file.write_text(OURS)
    merchants.merchant("willow", "wechat", told, key_file, check=True)


def test_the_command_keeps_both_secrets_in_one_spelling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}

    class Vault:
        class exceptions:  # noqa: N801  as boto3 has it
            class ResourceNotFoundException(Exception):
                pass

        def get_secret_value(self, SecretId: str) -> Any:  # noqa: N803  as boto3 has it
            if SecretId not in kept:
                raise self.exceptions.ResourceNotFoundException
            return {"SecretString": kept[SecretId]}

        def create_secret(self, Name: str, SecretString: str) -> None:  # noqa: N803  as boto3 has it
            kept[Name] = SecretString

    class Stage:
        def client(self, _service: str) -> Vault:
            return Vault()

    monkeypatch.setattr(merchants, "connect", lambda *_: Stage())
    told, key_file = tmp_path / "contract.json", tmp_path / "key.pem"
    told.write_text(contract(provider_keys={f"0x{SERIAL.lower()}": bare(PUBLIC)}))
    key_file.write_text(bare(OURS))
    for _ in range(2):
        merchants.merchant("willow", "wechat", told, key_file, stage="test")
    assert set(kept) == {"linli/test/merchants/willow/wechat", "linli/test/signing-keys/willow/wechat"}
    secret = Merchant.model_validate_json(kept["linli/test/merchants/willow/wechat"])
    assert secret.provider_keys == {SERIAL: PUBLIC}
    assert kept["linli/test/signing-keys/willow/wechat"].startswith("-----BEGIN PRIVATE KEY-----")
