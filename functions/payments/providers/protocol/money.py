"""Money: integer fen (分) inside, yuan (元) as decimal text where a provider writes it."""

import re
from decimal import Decimal

FEN_PER_YUAN = 100
_YUAN = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,2})?")


def fen_of(yuan: str) -> int:
    """`"12.5"` is 1250 fen. At most two digits after the point, below a milliard yuan, no sign, no exponent.

    Raises ValueError for anything else; it does not repeat the text.
    """
    if _YUAN.fullmatch(yuan) is None:
        raise ValueError("is not an amount in yuan with at most two digits after the point")
    return int(Decimal(yuan) * FEN_PER_YUAN)


def yuan_of(fen: int) -> str:
    """1250 fen is `"12.50"`. Raises ValueError for less than nothing."""
    if fen < 0:
        raise ValueError("is less than nothing")
    return f"{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"
