"""RSA keys as a person pasted them: PEM with or without its line ends, bare base64 as Alipay's tools show it,
PKCS #1 or PKCS #8, a certificate for its public key. Pure.
"""

import binascii
import re
from base64 import b64decode
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_der_public_key

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

KEYS_KEPT = 64
_PEM = re.compile(r"-----\s*BEGIN ([A-Z0-9 ]+?)\s*-----(.*?)(?:-----\s*END|\Z)", re.DOTALL)
_BLANKS = re.compile(r"\s")


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
    """The key that verifies, of a certificate too. Raises ValueError, which says what is there instead and
    repeats none of it.
    """
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
