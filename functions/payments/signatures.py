"""RSA signatures (SHA256withRSA, PKCS #1 v1.5), as both providers use them: Alipay calls it RSA2."""

import binascii
from base64 import b64decode, b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

KEYS_KEPT = 64
LONGEST_SIGNATURE = 1024  # base64 characters: an RSA key of 6144 bits


def signed(message: bytes, private_key: str) -> str:
    """The signature of `message` in base64. Raises ValueError if the key is no RSA key in PEM."""
    return b64encode(_private_key(private_key).sign(message, PKCS1v15(), SHA256())).decode()


def signature_of(text: str) -> bytes:
    """The signature that base64 stands for. Raises ValueError for what is not strict base64, or too long."""
    if not text or len(text) > LONGEST_SIGNATURE:
        raise ValueError("is no signature")
    try:
        return b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error


def fits(signature: bytes, message: bytes, public_key: str) -> bool:
    """Whether the owner of the key signed the message. Raises ValueError if it is no RSA key in PEM."""
    try:
        _public_key(public_key).verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def is_by(signature: bytes, message: bytes, public_key: str) -> bool:
    """The same; a key that is none fits nothing, so that it does not take the good ones down."""
    try:
        return fits(signature, message, public_key)
    except ValueError:
        return False


@lru_cache(maxsize=KEYS_KEPT)
def _private_key(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("is not an RSA private key")  # noqa: TRY004  of what it holds, not of its type
    return key


@lru_cache(maxsize=KEYS_KEPT)
def _public_key(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("is not an RSA public key")  # noqa: TRY004  of what it holds, not of its type
    return key
