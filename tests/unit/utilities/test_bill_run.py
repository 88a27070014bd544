from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.utilities.bill_run.domain import HomeUse, bill, by_window, month_before, plan, shared_use
from functions.utilities.bill_run.models import Plan, SharedUse, Weight
from functions.utilities.readings import Interval
from functions.utilities.tariffs import Tariff, Tier, apportioned, fen, tiered
from linli.errors import Conflict

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 2, 3, 2, tzinfo=UTC)
PLAN = Plan(period="2026-01", started_at=NOW, due_at=NOW + timedelta(days=15))
TIERS = [
    {"up_to": "10", "price": "2"},
    {"up_to": "20", "price": "3"},
    {"price": "5"},
]
amounts = st.decimals(0, 10_000, places=3, allow_nan=False, allow_infinity=False)


def tariff(**given: object) -> Tariff:
    body = {"tariff": "t", "medium": "water", "valid_from": "2026-01-01", **given}
    return Tariff.model_validate(body, strict=False)


def test_a_flat_price_is_one_line_rounded_half_up() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal("1.5"), date(2026, 1, 6): Decimal("0.001")})}
    found = bill("willow", "b1/101", use, [tariff(price="3.33")], PLAN)
    assert found
    assert [(each.what, each.quantity, each.amount_fen) for each in found.lines] == [
        ("flat", Decimal("1.501"), 500)
    ]
    assert found.amount_fen == 500
    assert (fen(Decimal("0.005")), fen(Decimal("0.0049"))) == (1, 0)


def test_a_new_price_begins_on_its_day() -> None:
    use = {"water": HomeUse(days={date(2026, 1, day): Decimal(1) for day in range(1, 32)})}
    later = tariff(tariff="u", price="4", valid_from="2026-01-11")
    found = bill("willow", "b1/101", use, [tariff(price="3"), later], PLAN)
    assert found
    assert [each.amount_fen for each in found.lines] == [3000, 8400]


def test_tiers_of_a_year_go_on_from_the_months_before() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(12)}, before=Decimal(5))}
    found = bill("w", "b1/1", use, [tariff(tiers=TIERS, tiered_by="year")], PLAN)
    assert found
    assert [(each.what, each.quantity, each.amount_fen) for each in found.lines] == [
        ("tier-1", Decimal(5), 1000),
        ("tier-2", Decimal(7), 2100),
    ]


@given(amounts, amounts)
def test_tiers_lose_and_invent_nothing(before: Decimal, quantity: Decimal) -> None:
    tiers = [Tier.model_validate(each, strict=False) for each in TIERS]
    lines = tiered(tiers, before, quantity)
    assert sum((each.quantity for each in lines), Decimal(0)) == quantity
    assert all(each.quantity > 0 and each.amount_fen >= 0 for each in lines)
    assert [each.what for each in lines] == sorted(each.what for each in lines)


@given(st.integers(0, 10**9), st.dictionaries(st.text("abc", min_size=1), st.fractions(0, 1000), max_size=30))
def test_shares_add_up_to_the_fen(total: int, weights: dict[str, Fraction]) -> None:
    shares = apportioned(total, weights)
    assert sum(shares.values()) == (total if sum(weights.values()) > 0 else 0)
    whole = sum(weights.values()) or 1
    assert all(abs(share - total * weights[name] / whole) < 1 for name, share in shares.items())


def test_what_is_shared_is_split_by_area_or_headcount() -> None:
    weights = [Weight(home=f"b1/{n}", area_m2=Decimal(n), headcount=1) for n in (1, 2, 3)]
    for by, expected in (("area", [17, 33, 50]), ("headcount", [34, 33, 33])):
        shared = SharedUse(
            meter="pump",
            medium="water",
            by=by,
            quantity=Decimal(1),
            price=Decimal(1),
            amount_fen=100,
        )
        planned = PLAN.model_copy(update={"weights": weights, "shared": [shared]})
        found = [bill("w", each.home, {}, [], planned) for each in weights]
        assert [each.amount_fen for each in found if each] == expected


def test_a_shared_meter_without_a_rule_is_nobodys() -> None:
    assert shared_use("pump", "water", Decimal(5), [tariff(price="3")], "2026-01") is None
    by_area = tariff(price="3", shared_by="area", shared_price="2.5")
    shared = shared_use("pump", "water", Decimal(5), [by_area], "2026-01")
    assert shared
    assert shared.amount_fen == 1250


def test_use_without_a_price_is_told() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(1)})}
    found = bill("w", "b1/1", use, [tariff(price="3", valid_from="2026-01-06")], PLAN)
    assert found
    assert (found.unpriced, found.amount_fen) == (["water"], 0)
    assert bill("w", "b1/1", {}, [], PLAN) is None


def test_windows_split_use_by_local_time_even_past_midnight() -> None:
    windows = [
        {"name": "peak", "since": "08:00:00", "until": "22:00:00", "price": "0.6"},
        {"name": "valley", "since": "22:00:00", "until": "08:00:00", "price": "0.3"},
    ]
    timed = tariff(medium="electricity", windows=windows).windows or []
    start = int(datetime(2026, 1, 4, 16, tzinfo=UTC).timestamp()) * 1000
    day = Interval(start, start + 24 * 3_600_000, 2400, False)
    assert by_window([day], timed, [date(2026, 1, 5)], ZONE) == {"peak": 1400, "valley": 1000}


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"price": "1", "tiers": TIERS},
        {"tiers": TIERS[:2]},
        {"tiers": [TIERS[1], TIERS[0], TIERS[2]]},
        {"windows": [{"name": "peak", "since": "08:00:00", "until": "22:00:00", "price": "0.6"}]},
        {
            "windows": [
                {"name": "peak", "since": "08:00:00", "until": "12:00:00", "price": "0.6"},
                {"name": "peak", "since": "12:00:00", "until": "08:00:00", "price": "0.3"},
            ]
        },
        {"price": "1", "shared_by": "area"},
        {"price": "-1"},
    ],
)
def test_tariffs_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        tariff(**wrong)


def test_a_month_is_billed_when_it_is_over_by_local_time() -> None:
    over = datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert plan("2026-01", ZONE, 15, over).due_at == over + timedelta(days=15)
    with pytest.raises(Conflict):
        plan("2026-01", ZONE, 15, over - timedelta(seconds=1))
    assert month_before(datetime(2026, 1, 31, 17, tzinfo=UTC), ZONE) == "2026-01"
