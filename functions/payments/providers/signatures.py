"""RSA signatures (SHA256withRSA, PKCS #1 v1.5), as both providers use them: Alipay calls it RSA2.

Keys are what a person pasted: PEM with or without its line ends, bare base64 as Alipay's tools show it,
PKCS #1 or PKCS #8, a certificate for its public key.
"""

import binascii
import re
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

KEYS_KEPT = 64
LONGEST_SIGNATURE = 1024  # base64 characters: an RSA key of 6144 bits
_PEM = re.compile(r"-----\s*BEGIN ([A-Z0-9 ]+?)\s*-----(.*?)(?:-----\s*END|\Z)", re.DOTALL)
_BLANKS = re.compile(r"\s")


def signed(message: bytes, private_key: str) -> str:
    """The signature of `message` in base64. Raises ValueError if the key is no private RSA key."""
    return b64encode(private_key_of(private_key).sign(message, PKCS1v15(), SHA256())).decode()


def signature_of(text: str) -> bytes:
    """The signature that base64 stands for. Raises ValueError for what is not strict base64, or too long."""
    if not text or len(text) > LONGEST_SIGNATURE:
        raise ValueError("is no signature")
    try:
        return b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64") from error


def fits(signature: bytes, message: bytes, public_key: str) -> bool:
    """Whether the owner of the key signed the message. Raises ValueError if it is no public RSA key."""
    try:
        public_key_of(public_key).verify(signature, message, PKCS1v15(), SHA256())
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
def private_key_of(text: str) -> RSAPrivateKey:
    """The key that signs. Raises ValueError, which says what is there instead and repeats none of it."""
    label, der = _pasted(text)
    if "ENCRYPTED" in label:
        raise ValueError("is enciphered with a pass phrase: a key without one belongs here")
    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError) as error:
        if _is_public(text):
            raise ValueError("is a public key: the private one belongs here") from error
        raise ValueError("is no private key, or a part of one") from error
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("is not an RSA private key")  # noqa: TRY004  of what it holds, not of its type
    return key


@lru_cache(maxsize=KEYS_KEPT)
def public_key_of(text: str) -> RSAPublicKey:
    """The key that verifies, of a certificate too. Raises ValueError likewise."""
    _, der = _pasted(text)
    try:
        key = load_der_public_key(der)
    except ValueError as error:
        certificate = certificate_of(text)
        if certificate is not None:
            key = certificate.public_key()
        elif _is_private(der):
            raise ValueError("is a private key: the provider's public one belongs here") from error
        else:
            raise ValueError("is no public key, or a part of one") from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError("is not an RSA public key")  # noqa: TRY004  of what it holds, not of its type
    return key


def certificate_of(text: str) -> "Certificate | None":
    """The certificate that was pasted, if it is one."""
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415  callbacks hardly need it

    try:
        return load_der_x509_certificate(_pasted(text)[1])
    except ValueError:
        return None


def _pasted(text: str) -> tuple[str, bytes]:
    """What PEM calls a key, if it is PEM, and the key. Raises ValueError for neither PEM nor base64."""
    plain = text.strip().strip("\"'").replace("\\r", "").replace("\\n", "\n")
    found = _PEM.search(plain)
    label, body = (found[1], found[2]) if found else ("", plain)
    if "Proc-Type" in body:
        raise ValueError("is enciphered with a pass phrase: a key without one belongs here")
    try:
        return label, b64decode(_BLANKS.sub("", body), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("is neither PEM nor base64") from error


def _is_public(text: str) -> bool:
    try:
        public_key_of(text)
    except ValueError as error:
        return str(error).startswith("is not an RSA")  # of another kind
    return True


def _is_private(der: bytes) -> bool:
    try:
        load_der_private_key(der, password=None)
    except (ValueError, TypeError):
        return False
    return True
