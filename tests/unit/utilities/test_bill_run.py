from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.utilities.bill_run.domain import month_before, plan
from functions.utilities.bills.accounts import Account
from functions.utilities.bills.issue import bills_of, issued
from functions.utilities.bills.models import Bill, Plan, SharedUse, Weight
from functions.utilities.bills.shared_costs import shared_costs
from functions.utilities.home_use.models import HomeUse
from functions.utilities.home_use.windows import by_window
from functions.utilities.households.models import Stay
from functions.utilities.households.tenancies import tenancies
from functions.utilities.meters.models import Medium
from functions.utilities.readings.models import Interval
from functions.utilities.tariffs.models import Tariff, Tier
from functions.utilities.tariffs.prices import apportioned, by_step, fen
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


def home(use: dict[Medium, HomeUse], *tariffs: Tariff, **more: Any) -> Account:
    """A home that nobody is known to live in, and was never billed."""
    return Account("willow", "b1/101", tenancies([]), use, tariffs, **more)


def bill(use: dict[Medium, HomeUse], *tariffs: Tariff, planned: Plan = PLAN, **more: Any) -> Bill | None:
    found = bills_of(home(use, *tariffs, **more), planned)
    assert len(found) <= 1
    return found[0] if found else None


def test_a_flat_price_is_one_line_rounded_half_up() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal("1.5"), date(2026, 1, 6): Decimal("0.001")})}
    found = bill(use, tariff(price="3.33"))
    assert found
    assert [(each.what, each.quantity, each.amount_fen) for each in found.lines] == [
        ("flat", Decimal("1.501"), 500)
    ]
    assert found.amount_fen == 500
    assert (fen(Decimal("0.005")), fen(Decimal("0.0049")), fen(Decimal("-0.005"))) == (1, 0, -1)


def test_a_new_price_begins_on_its_day() -> None:
    use = {"water": HomeUse(days={date(2026, 1, day): Decimal(1) for day in range(1, 32)})}
    later = tariff(tariff="u", price="4", valid_from="2026-01-11")
    found = bill(use, tariff(price="3"), later)
    assert found
    assert [each.amount_fen for each in found.lines] == [3000, 8400]


def test_tiers_of_a_year_go_on_from_the_months_before() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(5), date(2026, 2, 5): Decimal(12)})}
    planned = PLAN.model_copy(update={"period": "2026-02"})
    found = bill(use, tariff(tiers=TIERS, tiered_by="year"), planned=planned)
    assert found
    assert [(each.what, each.quantity, each.amount_fen) for each in found.lines] == [
        ("tier-1", Decimal(5), 1000),
        ("tier-2", Decimal(7), 2100),
    ]


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
        found = [bills_of(replace(home({}), home=each.home), planned) for each in weights]
        assert [each.amount_fen for (each,) in found] == expected


WEIGHTS = [Weight(home=f"b1/{n}", area_m2=Decimal(80), headcount=2) for n in (1, 2)]


def test_a_shared_meter_without_a_rule_is_nobodys_and_named() -> None:
    used: list[tuple[str, Medium, Decimal]] = [("pump", "water", Decimal(5))]
    shared, left = shared_costs(used, [tariff(price="3")], WEIGHTS, "2026-01")
    assert (shared, [(each.meter, each.reason) for each in left]) == ([], [("pump", "no_rule")])
    by_area = tariff(price="3", shared_by="area", shared_price="2.5")
    (one,), left = shared_costs(used, [by_area], WEIGHTS, "2026-01")
    assert (one.amount_fen, left) == (1250, [])


@pytest.mark.parametrize("by", ["area", "headcount"])
def test_a_home_of_unknown_weight_makes_no_other_home_bear_its_share(by: str) -> None:
    used: list[tuple[str, Medium, Decimal]] = [("pump", "water", Decimal(5))]
    tariffs = [tariff(price="3", shared_by=by, shared_price="2.5")]
    shared, (left,) = shared_costs(used, tariffs, [*WEIGHTS, Weight(home="b1/3")], "2026-01")
    assert shared == []
    assert (left.reason, left.amount_fen, left.homes) == (f"no_{by}", 1250, ["b1/3"])


def test_use_without_a_price_makes_no_bill_over_nothing() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(1)})}
    late = tariff(price="3", valid_from="2026-01-06")
    assert bill(use, late) is None
    with_more = use | {"gas": HomeUse(days={date(2026, 1, 5): Decimal(1)})}
    found = bill(with_more, late, tariff(medium="gas", price="2"))
    assert found
    assert (found.unpriced, found.amount_fen) == (["water"], 200)
    assert bill({}) is None


def test_windows_split_use_by_local_time_even_past_midnight() -> None:
    windows = [
        {"name": "peak", "since": "08:00:00", "until": "22:00:00", "price": "0.6"},
        {"name": "valley", "since": "22:00:00", "until": "08:00:00", "price": "0.3"},
    ]
    timed = tariff(medium="electricity", windows=windows).windows or []
    start = int(datetime(2026, 1, 4, 16, tzinfo=UTC).timestamp()) * 1000
    day = Interval(start, start + 24 * 3_600_000, 2400, False)
    assert by_window([day], timed, [date(2026, 1, 5)], ZONE) == {
        date(2026, 1, 5): {"peak": 1400, "valley": 1000}
    }


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


LEGACY = """{"bill": "2026-01-abc", "home": "b1/101", "period": "2026-01", "lines": [], "amount_fen": 0,
"unpriced": ["water"], "issued_at": "2026-02-03T02:00:00Z", "due_at": "2026-02-18T02:00:00Z"}"""


def test_a_bill_over_nothing_of_before_is_put_right_once_there_is_a_tariff() -> None:
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(12), date(2026, 2, 5): Decimal(1)})}
    old = Bill.model_validate_json(LEGACY)
    planned = PLAN.model_copy(update={"period": "2026-02"})
    found = bill(use, tariff(price="3"), planned=planned, bills=[old])
    assert found
    assert [(each.period, each.corrects, each.reason, each.amount_fen) for each in found.lines] == [
        (None, None, None, 300),
        ("2026-01", old.bill, "late_tariff", 3600),
    ]
    assert issued("willow", found).corrections[0].amount_fen == 3600


def test_nothing_for_nothing_while_a_tariff_lacks_and_nobody_is_billed_for_an_empty_home() -> None:
    days = {date(2026, 1, 5): Decimal(0)}
    use = {"water": HomeUse(days=dict(days)), "gas": HomeUse(days={date(2026, 1, 5): Decimal(9)})}
    water = tariff(price="3")
    assert bill(use, water) is None
    alone = bill({"water": HomeUse(days=dict(days))}, water)
    assert alone
    assert alone.amount_fen == 0
    left = [Stay("a", date(2025, 1, 1), date(2025, 12, 1))]
    account = replace(home({"water": HomeUse(days=dict(days))}, water), tenancies=tenancies(left))
    assert bills_of(account, PLAN) == []


@pytest.mark.parametrize(("persons", "fen"), [("abcd", 2300), ("abcde", 2100), ("abcdef", 2000)])
def test_steps_are_wider_by_who_lives_there_unless_the_staff_said_otherwise(persons: str, fen: int) -> None:
    tiers = [{"up_to": "7", "price": "2", "per_head": "1", "wider_by": "1"}, {"price": "3"}]
    by_heads = tariff(tiers=tiers, heads=4)
    use = {"water": HomeUse(days={date(2026, 1, 5): Decimal(10)})}
    stays = [Stay(person, date(2025, 1, 1)) for person in persons]
    account = replace(home(use, by_heads), tenancies=tenancies(stays))
    (found,) = bills_of(account, PLAN)
    assert (found.amount_fen, found.heads) == (fen, len(persons))
    (said,) = bills_of(replace(account, headcount=4), PLAN)
    assert said.amount_fen == 2300
