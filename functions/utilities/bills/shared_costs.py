"""What shared meters used, who bears it, and what becomes of that when more is known (公摊)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from functions.utilities.bills.models import Basis, Plan, SharedCorrection, SharedUse, Unshared, Weight
from functions.utilities.home_use.models import ZERO
from functions.utilities.local_days import days_of_month
from functions.utilities.meters.models import Medium
from functions.utilities.tariffs.models import Tariff
from functions.utilities.tariffs.validity import in_force
from linli.prices import apportioned, fen
from linli.vocabulary.utilities import CorrectionReason

HOMES_NAMED = 20  # of those that a shared cost waits for


def shared_costs(
    used: Sequence[tuple[str, Medium, Decimal]],
    tariffs: Sequence[Tariff],
    weights: Sequence[Weight],
    period: str,
) -> tuple[list[SharedUse], list[Unshared]]:
    """What shared meters used in a month, by the tariff of its last day, and what of it nobody can bear.

    Where a home's weight is not known, nobody is charged: the others would bear its share.
    """
    borne: list[SharedUse] = []
    left: list[Unshared] = []
    for meter, medium, quantity in used:
        tariff = in_force(tariffs, medium, days_of_month(period)[-1])
        if not quantity:
            continue
        if tariff is None or tariff.shared_by is None or tariff.shared_price is None:
            left.append(Unshared(meter=meter, medium=medium, quantity=quantity, reason="no_rule"))
            continue
        amount_fen = fen(quantity * tariff.shared_price)
        unknown = sorted(each.home for each in weights if each.by(tariff.shared_by) is None)
        if unknown or not any(each.by(tariff.shared_by) for each in weights):
            left.append(
                Unshared(
                    meter=meter,
                    medium=medium,
                    quantity=quantity,
                    amount_fen=amount_fen,
                    reason=_lacking(tariff.shared_by) if unknown else "no_home",
                    homes=unknown[:HOMES_NAMED],
                    homes_count=len(unknown),
                )
            )
            continue
        borne.append(
            SharedUse(
                meter=meter,
                medium=medium,
                by=tariff.shared_by,
                quantity=quantity,
                price=tariff.shared_price,
                amount_fen=amount_fen,
            )
        )
    return borne, left


def _lacking(basis: Basis) -> Literal["no_area", "no_headcount"]:
    return "no_area" if basis == "area" else "no_headcount"


def share(cost: SharedUse, weights: Sequence[Weight]) -> dict[str, int]:
    """What each home bears of a shared cost."""
    return apportioned(cost.amount_fen, {each.home: Fraction(each.by(cost.by) or 0) for each in weights})


Shares = Sequence[Mapping[str, int]]


def shares_of(planned: Plan) -> Shares:
    """What each home bears of each shared cost of a run, in the order of the plan."""
    return [share(each, planned.weights or ()) for each in planned.shared]


def filled(weights: Sequence[Weight], now: Mapping[str, Weight]) -> list[Weight]:
    """A run's weights, with what was told since of those that nobody had said."""
    return [
        Weight(
            home=each.home,
            area_m2=each.area_m2 or (now[each.home].area_m2 if each.home in now else None),
            headcount=now[each.home].headcount
            if each.headcount is None and each.home in now
            else each.headcount,
        )
        for each in weights
    ]


def corrected_shares(
    planned: Plan,
    weights: Sequence[Weight],
    used: Sequence[tuple[str, Medium, Decimal]],
    tariffs: Sequence[Tariff],
) -> tuple[list[SharedUse], list[SharedCorrection]]:
    """What a run's shared costs are by what is known now, and what each home is to bear besides.

    `weights`: the run's, filled. What still cannot be borne stays as it was charged.
    """
    stood = {each.meter: each for each in planned.stands}
    waited = {each.meter: each.reason for each in planned.unshared}
    costs, left = shared_costs(used, tariffs, weights, planned.period)
    kept = {each.meter for each in left} | (stood.keys() - {meter for meter, _, _ in used})
    corrections = []
    for cost in costs:
        before = stood.get(cost.meter)
        was = share(before, planned.weights or ()) if before else {}
        now = share(cost, weights)
        homes = sorted(home for home in now.keys() | was.keys() if now.get(home, 0) != was.get(home, 0))
        if homes:
            corrections.append(
                SharedCorrection(
                    period=planned.period,
                    meter=cost.meter,
                    medium=cost.medium,
                    quantity=cost.quantity - (before.quantity if before else ZERO),
                    price=cost.price,
                    reason=_why_shared(before, cost, waited.get(cost.meter)),
                    shares={home: now.get(home, 0) - was.get(home, 0) for home in homes},
                )
            )
    return [*costs, *(stood[meter] for meter in sorted(kept & stood.keys()))], corrections


def _why_shared(before: SharedUse | None, cost: SharedUse, waited: str | None) -> CorrectionReason:
    if before is None:
        return "late_reading" if waited is None else "late_tariff" if waited == "no_rule" else "late_area"
    if before.quantity != cost.quantity:
        return "late_reading"
    return "late_tariff" if before.price != cost.price or before.by != cost.by else "late_area"
