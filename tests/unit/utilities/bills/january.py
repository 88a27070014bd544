"""The bill of January of a home of which nothing is known but its use and its tariffs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from functions.utilities.bills.accounts import Account
from functions.utilities.bills.issue import bills_of
from functions.utilities.bills.models import Bill, Plan
from functions.utilities.home_use.models import HomeUse
from functions.utilities.households.tenancies import tenancies
from functions.utilities.meters.models import Medium
from functions.utilities.tariffs.models import Tariff

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 2, 3, 2, tzinfo=UTC)
PLAN = Plan(period="2026-01", started_at=NOW, due_at=NOW + timedelta(days=15))
TIERS = [
    {"up_to": "10", "price": "2"},
    {"up_to": "20", "price": "3"},
    {"price": "5"},
]


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
