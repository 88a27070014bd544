"""Which tariff holds on a day."""

from collections.abc import Sequence
from datetime import date

from functions.utilities.meters.models import Medium
from functions.utilities.tariffs.models import Tariff


def in_force(tariffs: Sequence[Tariff], medium: Medium, day: date) -> Tariff | None:
    """The tariff of a medium on a local day: the one that began last."""
    valid = [each for each in tariffs if each.medium == medium and each.valid_from <= day]
    return max(valid, key=lambda each: each.valid_from, default=None)
