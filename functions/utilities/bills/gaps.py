"""What a run cannot bill of a home's month."""

from collections.abc import Mapping, Sequence

from functions.utilities.bills.models import Gap, Weight
from functions.utilities.home_use.models import HomeUse
from functions.utilities.local_days import days_of_month
from functions.utilities.meters.models import UNITS, Medium
from functions.utilities.tariffs.models import Tariff
from functions.utilities.tariffs.validity import in_force


def gap_of(
    weight: Weight,
    use: Mapping[Medium, HomeUse],
    unread: Sequence[str],
    tariffs: Sequence[Tariff],
    period: str,
) -> Gap:
    """What is amiss with a home's month."""
    days = days_of_month(period)
    bases = {each.shared_by for medium in UNITS if (each := in_force(tariffs, medium, days[-1]))}
    return Gap(
        home=weight.home,
        no_reading=sorted(unread),
        no_tariff=sorted(
            medium
            for medium, each in use.items()
            if any(
                in_force(tariffs, medium, day) is None and (day == days[-1] or each.days.get(day))
                for day in days
            )
        ),
        held=[held for _, each in sorted(use.items()) for held in each.doubted if held.touch(days)],
        estimated=sorted(medium for medium, each in use.items() if each.estimated.intersection(days)),
        no_area="area" in bases and weight.area_m2 is None,
        no_headcount="headcount" in bases and weight.headcount is None,
    )
