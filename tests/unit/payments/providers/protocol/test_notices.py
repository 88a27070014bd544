"""A notice is stored as JSON, and a callback known by it: what it says has one form."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from functions.payments.providers.protocol.notices import Notice, Said
from linli.vocabulary.payments import Provider

references = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=64)
fens = st.none() | st.integers(0, 10**12)
notices = st.builds(
    Notice,
    provider=st.sampled_from(get_args(Provider)),
    notice=st.text(min_size=1, max_size=128),
    said=st.sampled_from(get_args(Said)),
    order=references,
    trade=st.none() | references,
    amount_fen=fens,
    refund=st.none() | references,
    refund_fen=fens,
    refunded_fen=fens,
    seller=st.none() | st.text(max_size=32),
    app=st.none() | st.text(max_size=32),
    at=st.none(),
)


@given(notices)
def test_a_notice_comes_back_from_its_row_as_it_was(notice: Notice) -> None:
    text = notice.model_dump_json()
    assert Notice.model_validate_json(text) == notice
    assert Notice.model_validate_json(text).model_dump_json() == text
