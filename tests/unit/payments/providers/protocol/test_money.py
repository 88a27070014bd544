import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.payments.providers.protocol.money import fen_of, yuan_of

FEN = st.integers(min_value=0, max_value=99_999_999_999)


@given(FEN)
def test_what_is_written_reads_back(fen: int) -> None:
    assert fen_of(yuan_of(fen)) == fen


@given(FEN.filter(lambda fen: fen % 10 == 0))
def test_a_digit_that_is_nought_may_be_left_out(fen: int) -> None:
    assert fen_of(yuan_of(fen)[:-1]) == fen


@pytest.mark.parametrize(("yuan", "fen"), [("0", 0), ("0.01", 1), ("12", 1200), ("12.5", 1250), ("0.29", 29)])
def test_yuan(yuan: str, fen: int) -> None:
    assert fen_of(yuan) == fen


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1.", ".5", "1.001", "1e2", " 1", "1 ", "1\n", "01", "1,00", "１", "٣", "NaN", "Inf",
     "0x1", "1_0", "9999999999.00"],
)  # fmt: skip
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        fen_of(text)


@given(st.text(max_size=12))
def test_a_text_is_an_exact_amount_or_none(text: str) -> None:
    try:
        fen = fen_of(text)
    except ValueError:
        return
    assert float(text) * 100 == pytest.approx(fen)
    assert text.isascii()


def test_less_than_nothing_is_no_amount() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        yuan_of(-1)
