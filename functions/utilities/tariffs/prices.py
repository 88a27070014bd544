"""What consumption costs: whole fen, and lines that add up.

Rounding: each line is quantity x price x 100, rounded half up to the fen, once. What many share is split by
the largest remainder, so that the shares add up to the whole: equal remainders go to the first home by id.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from functions.utilities.tariffs.models import Tier


def fen(yuan: Decimal) -> int:
    """Yuan as whole fen, rounded half up, away from nought: a credit is what was charged."""
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def by_step(
    tiers: Sequence[Tier], before: Decimal, quantity: Decimal, more: int = 0
) -> list[tuple[int, Tier, Decimal]]:
    """What of `quantity` falls into which step, after `before` was used in the same month or year.

    `more`: how many more persons live there than the steps are made for. Numbered from 1; none is empty.
    """
    found, start, end = [], before, before + quantity
    floor = Decimal(0)
    for number, each in enumerate(tiers, start=1):
        reach = each.reach(more)
        ceiling = max(end, floor) if reach is None else reach
        part = min(end, ceiling) - max(start, floor)
        if part > 0:
            found.append((number, each, part))
        floor = ceiling
    return found


def apportioned(total: int, weights: Mapping[str, Fraction]) -> dict[str, int]:
    """Shares of `total` by weight that add up to it: largest remainder, ties to the first by name."""
    whole = sum(weights.values(), Fraction(0))
    if whole <= 0:
        return {}
    exact = {name: total * weight / whole for name, weight in weights.items()}
    shares = {name: int(each) for name, each in exact.items()}
    left = total - sum(shares.values())
    order = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in order[:left]:
        shares[name] += 1
    return shares
