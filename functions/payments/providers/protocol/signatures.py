"""RSA signatures (SHA256withRSA, PKCS #1 v1.5), as both providers use them: Alipay calls it RSA2.

Keys are texts that a person pasted, as `keys.pasted` reads them. Pure.
"""

import binascii
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from functions.payments.providers.keys.pasted import private_key_of, public_key_of

LONGEST_SIGNATURE = 1024  # base64 characters: an RSA key of 6144 bits


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
    """Whether the owner of the key signed the message. A key that is none fits nothing, so that one bad key
    among several does not take the good ones down.
    """
    try:
        return fits(signature, message, public_key)
    except ValueError:
        return False
