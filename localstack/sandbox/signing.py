"""The providers' side of their signatures and ciphers: what `functions/payments` must be able to read.

Written from the providers' documents and not from our own modules, so that a mistake there shows here.
"""

import base64
import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

BITS = 2048
GCM_NONCE = 12


def new_key() -> str:
    """A private key in PEM."""
    key = rsa.generate_private_key(65537, BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def public_part(private_key: str) -> str:
    """Its public key in PEM."""
    public = _private(private_key).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode()


def sign(message: bytes, private_key: str) -> str:
    """SHA256withRSA in base64."""
    return base64.b64encode(_private(private_key).sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def fits(signature: str, message: bytes, public_key: str) -> bool:
    """Whether the merchant signed this."""
    try:
        _public(public_key).verify(base64.b64decode(signature), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def alipay_text(fields: dict[str, str], *without: str) -> str:
    """What Alipay signs: sorted, joined, not encoded for a URL."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name not in without)


def alipay_form(fields: dict[str, str], private_key: str, charset: str = "utf-8") -> bytes:
    """The body of an asynchronous notification."""
    fields = {**fields, "charset": charset}
    signature = sign(alipay_text(fields).encode(charset), private_key)
    return urlencode({**fields, "sign": signature, "sign_type": "RSA2"}, encoding=charset).encode()


def certificate(private_key: str, serial: str, now: datetime) -> str:
    """The certificate that a provider's key has, in PEM; signed by itself, for a year."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sandbox")])
    key = _private(private_key)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(int(serial, 16)).not_valid_before(now - timedelta(days=1))
    signed = made.not_valid_after(now + timedelta(days=365)).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def alipay_answer(name: str, node: dict[str, Any], private_key: str) -> bytes:
    """The answer of `gateway.do`."""
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    return f'{{"{name}":{text},"sign":"{sign(text.encode(), private_key)}"}}'.encode()


def wechat_headers(body: bytes, private_key: str, serial: str, timestamp: int, nonce: str) -> dict[str, str]:
    """The headers of a callback or an answer of WeChat Pay."""
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    return {
        "Wechatpay-Timestamp": str(timestamp),
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": sign(message, private_key),
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def wechat_resource(plain: dict[str, Any], api_v3_key: str, nonce: str, kind: str) -> dict[str, str]:
    """The enciphered part of a callback."""
    text = json.dumps(plain, ensure_ascii=False)
    return {"original_type": kind, **wechat_sealed(text, api_v3_key, nonce, kind)}


def wechat_sealed(text: str, api_v3_key: str, nonce: str, kind: str) -> dict[str, str]:
    """A text enciphered for a merchant, with what it needs to decipher it."""
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce[:GCM_NONCE].encode(), text.encode(), kind.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": kind,
        "nonce": nonce[:GCM_NONCE],
    }


@cache
def _private(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  new_key made it
    return key


@cache
def _public(pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(pem.encode())
    assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101  we are given no other
    return key
