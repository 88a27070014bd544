"""Keys and contracts as a person pastes them."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from functions.payments.providers.merchants.checks import Faulty, secrets_of
from localstack.sandbox import signing
from tests.unit.payments import shop
from tests.unit.payments.shop import SERIAL, key

OURS, THEIRS = key("ours"), key("wechat")
PUBLIC = signing.public_part(THEIRS)


def private(text: str = OURS) -> rsa.RSAPrivateKey:
    found = load_pem_private_key(text.encode(), None)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found


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


def contract(**changed: Any) -> str:
    told = json.loads(shop.wechat().model_dump_json()) | {"provider_keys": {SERIAL: PUBLIC}} | changed
    return json.dumps({name: value for name, value in told.items() if value is not None})


def faults(signing_key: str = OURS, provider: str = "wechat", **changed: Any) -> str:
    with pytest.raises(Faulty) as faulty:
        secrets_of(contract(**changed), signing_key, "willow", provider)
    said = str(faulty.value)
    assert shop.API_V3_KEY not in said
    assert bare(OURS)[20:60] not in said
    return said


def spelled(form: PrivateFormat, text: str = OURS) -> str:
    return private(text).private_bytes(Encoding.PEM, form, NoEncryption()).decode()
