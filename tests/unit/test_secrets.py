"""Keyed hashes are told in base32, as ever: rows are found by them."""

from base64 import b32encode

from hypothesis import given
from hypothesis import strategies as st

from linli.secrets import base32


@given(st.binary(min_size=32, max_size=32))
def test_a_hash_is_spelled_as_rfc_4648_has_it(digest: bytes) -> None:
    assert base32(digest) == b32encode(digest).decode().rstrip("=").lower()
