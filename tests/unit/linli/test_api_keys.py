"""A key in a header of HTTP's Basic scheme, as password or as user."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.api_keys import key_in

keys = st.text("abcdefghijklmnopqrstuvwxyz234567.", min_size=1, max_size=60)


@given(keys, st.sampled_from(["{}:", "{}", ":{}", "somebody:{}"]), st.sampled_from(["Basic", "basic"]))
def test_a_key_is_found_as_user_or_password(key: str, form: str, scheme: str) -> None:
    assert key_in(f"{scheme} {b64encode(form.format(key).encode()).decode()}") == key


@pytest.mark.parametrize("header", ["", "Basic", "Basic ?", "Bearer YTpi", "Basic /w=="])
def test_what_is_no_basic_header_has_no_key(header: str) -> None:
    assert key_in(header) == ""
