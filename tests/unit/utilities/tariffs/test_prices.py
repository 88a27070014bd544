from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from functions.utilities.tariffs.models import Tier
from functions.utilities.tariffs.prices import apportioned, by_step
from tests.unit.utilities.bills.january import TIERS

amounts = st.decimals(0, 10_000, places=3, allow_nan=False, allow_infinity=False)


@given(amounts, amounts)
def test_tiers_lose_and_invent_nothing(before: Decimal, quantity: Decimal) -> None:
    tiers = [Tier.model_validate(each, strict=False) for each in TIERS]
    parts = by_step(tiers, before, quantity)
    assert sum((part for _, _, part in parts), Decimal(0)) == quantity
    assert all(part > 0 for _, _, part in parts)
    assert [number for number, _, _ in parts] == sorted(number for number, _, _ in parts)


@given(st.integers(0, 10**9), st.dictionaries(st.text("abc", min_size=1), st.fractions(0, 1000), max_size=30))
def test_shares_add_up_to_the_fen(total: int, weights: dict[str, Fraction]) -> None:
    shares = apportioned(total, weights)
    assert sum(shares.values()) == (total if sum(weights.values()) > 0 else 0)
    whole = sum(weights.values()) or 1
    assert all(abs(share - total * weights[name] / whole) < 1 for name, share in shares.items())
