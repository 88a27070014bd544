"""What a home's use of a medium is charged for: quantities by tariff, window and step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from functions.utilities.home_use.models import ZERO, HomeUse
from functions.utilities.meters.models import Medium
from functions.utilities.tariffs.models import Tariff
from functions.utilities.tariffs.validity import in_force
from linli.prices import LineKind, by_step

SURCHARGE = "surcharge-"


@dataclass(frozen=True, slots=True)
class Prices:
    """By what a home is charged for a medium: the tariffs; `since`: its tenants moved in then, and their
    steps begin; `heads`: by how many persons the steps go.
    """

    medium: Medium
    tariffs: Sequence[Tariff]
    since: date | None = None
    heads: int | None = None

    def of(self, day: date) -> Tariff | None:
        """The tariff of a day."""
        return in_force(self.tariffs, self.medium, day)


def priced(use: HomeUse, prices: Prices, days: Sequence[date]) -> tuple[dict[LineKind, Decimal], bool]:
    """What the days of a month, of one tenancy, are charged for; whether use on some of them has no price."""
    lines: dict[LineKind, Decimal] = {}
    unpriced = False
    for tariff, group in groupby(use.among(days), prices.of):
        part = list(group)
        if tariff is None:
            unpriced = unpriced or any(use.days[day] for day in part)
            continue
        for key, quantity in _charged(use, prices, tariff, part):
            lines[key] = lines.get(key, ZERO) + quantity
    return lines, unpriced


def _charged(
    use: HomeUse, prices: Prices, tariff: Tariff, days: Sequence[date]
) -> Iterator[tuple[LineKind, Decimal]]:
    """What days under one tariff are charged for. Steps go on from what was used before in their month or
    year.
    """
    quantity = sum((use.days[day] for day in days), ZERO)
    if tariff.price is not None:
        yield ("flat", tariff.price), quantity
    for name, price in {each.name: each.price for each in tariff.windows or ()}.items():
        used = sum((use.windows.get(day, {}).get(name, ZERO) for day in days), ZERO)
        if used:
            yield (name, price), used
    if tariff.tiers is None:
        return
    start = days[0].replace(day=1, month=1 if tariff.tiered_by == "year" else days[0].month)
    before = use.between(max(start, prices.since or date.min), days[0])
    more = 0 if prices.heads is None or tariff.heads is None else prices.heads - tariff.heads
    first = tariff.tiers[0].price
    for number, part in by_step([each.reach(more) for each in tariff.tiers], before, quantity):
        price = tariff.tiers[number - 1].price
        if tariff.windows is None:
            yield (f"tier-{number}", price), part
        elif price != first:
            yield (f"{SURCHARGE}tier-{number}", price - first), part
