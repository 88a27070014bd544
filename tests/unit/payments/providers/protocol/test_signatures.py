"""RSA signatures: who signed, and what is none."""

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.payments.providers.protocol.signatures import fits, is_by, signature_of, signed
from localstack.sandbox import signing
from tests.unit.payments.shop import key

OURS, THEIRS = (signing.public_part(key(name)) for name in ("ours", "theirs"))


@settings(deadline=None)
@given(message=st.binary(max_size=200), at=st.integers(0, 255))
def test_a_signature_fits_its_own_message_and_key_alone(message: bytes, at: int) -> None:
    signature = signature_of(signed(message, key("ours")))
    assert fits(signature, message, OURS)
    assert not fits(signature, message, THEIRS)
    assert not fits(signature, message + b"!", OURS)
    altered = bytearray(signature)
    altered[at] ^= 1
    assert not fits(bytes(altered), message, OURS)


def test_a_key_that_is_none_fits_nothing_or_says_so() -> None:
    signature = signature_of(signed(b"x", key("ours")))
    assert not is_by(signature, b"x", "no key")
    with pytest.raises(ValueError, match="neither PEM nor base64"):
        fits(signature, b"x", "no key")


@pytest.mark.parametrize("text", ["", "%%%", "abc", " " * 8, b64encode(bytes(1024)).decode()])
def test_what_is_no_strict_base64_is_no_signature(text: str) -> None:
    with pytest.raises(ValueError, match=r"signature|base64"):
        signature_of(text)
