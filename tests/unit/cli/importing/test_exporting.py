"""An import of an export changes nothing, whatever stands."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.utilities.meters.models import Meter
from functions.utilities.tariffs.models import Tariff
from linli.instants import to_text
from linli.phones import canonical
from linli_cli.importing import books, cells, exporting
from linli_cli.importing.standing import Standing, by
from tests.unit.cli.importing.sheets import ZONE, as_shown, planned, read, refusals

IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
NAMES = st.text(min_size=1, max_size=20).filter(
    lambda said: cells.tidy(said).upper() not in {"", *cells.ERRORS}
) | st.sampled_from(["=1+1", "+1", "张　三", "'=x", "3号楼", "0501", "1e5", "家属", "示例", "合计", "注："])
PHONES = st.integers(13_000_000_000, 19_999_999_999).map(lambda number: canonical(str(number)))
DECIMALS = st.decimals(Decimal("0.01"), Decimal(9999), places=2)
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
PAST = st.dates(date(2000, 1, 1), date(2026, 1, 5))
HOURS = st.integers(1, 22)


def midnight(day: date) -> str:
    return to_text(datetime.combine(day, time(), ZONE).astimezone(UTC))


@st.composite
def tariffs(draw: st.DrawFn, medium: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(["flat", "tiers", "windows", "both"]))
    body: dict[str, Any] = {"tariff": draw(IDS), "medium": medium, "valid_from": draw(DAYS).isoformat()}
    if kind == "flat":
        body["price"] = str(draw(DECIMALS))
    if kind in {"tiers", "both"}:
        ends = sorted(draw(st.sets(st.integers(1, 900), min_size=1, max_size=3)))
        body["tiers"] = [{"up_to": str(end), "price": str(draw(DECIMALS))} for end in ends]
        body["tiers"].append({"price": str(draw(DECIMALS))})
        body["tiered_by"] = draw(st.sampled_from(["month", "year"]))
    if kind in {"windows", "both"}:
        first = draw(HOURS)
        body["windows"] = [
            {"name": "peak", "since": f"{first:02}:00", "until": "23:00", "price": str(draw(DECIMALS))},
            {"name": "valley", "since": "23:00", "until": f"{first:02}:00", "price": str(draw(DECIMALS))},
        ]
    from json import dumps  # noqa: PLC0415

    return as_shown(Tariff.model_validate_json(dumps(body)))


def dealt(people: list[str], codes: list[str]) -> dict[str, list[str]]:
    """What each signs in with: a code is one person's."""
    return {each: codes[at :: len(people)] for at, each in enumerate(people)}


@st.composite
def communities(draw: st.DrawFn) -> Standing:
    buildings = by(
        "building",
        ({"building": each, "name": draw(NAMES)} for each in draw(st.sets(IDS, min_size=1, max_size=3))),
    )
    units = {
        building: by(
            "unit",
            (
                {"unit": each, "area_m2": str(draw(DECIMALS))}
                | draw(st.just({}) | NAMES.map(lambda said: {"name": said}))
                for each in draw(st.sets(IDS, max_size=3))
            ),
        )
        for building in buildings
    }
    homes = [{"building": building, "unit": unit} for building, held in units.items() for unit in held]
    people = draw(st.sets(IDS, max_size=4))
    roles = st.sets(st.sampled_from(["resident", "family", "guard", "manager"]), min_size=1).map(sorted)
    lived_in = st.lists(st.sampled_from(homes), unique_by=str, max_size=3) if homes else st.just([])
    meters = [
        as_shown(
            Meter.model_validate(
                {
                    "meter": f"m-{number}",
                    "medium": "water",
                    "home": f"{home['building']}/{home['unit']}",
                    "registers": [
                        {
                            "obis": "8-0:1.0.0",
                            "digits": draw(st.integers(1, 9)),
                            "billed": draw(st.booleans()),
                        }
                    ],
                    "installed_at": datetime.combine(draw(PAST), time(), UTC)
                    + timedelta(seconds=draw(st.integers(0, 86_399))),
                }
            )
        )
        for number, home in enumerate(homes)
    ]
    codes = st.sets(IDS | st.from_regex(r"u-[a-z2-7]{32}", fullmatch=True), max_size=8).map(sorted)
    return Standing(
        ZONE,
        {"name": draw(NAMES), "sub_district": "riverside", "time_zone": "Asia/Shanghai", "version": 3},
        buildings=buildings,
        units=units,
        people=by(
            "person", ({"person": each, "name": draw(NAMES), "phone": draw(PHONES)} for each in people)
        ),
        memberships=by(
            "person", ({"person": each, "roles": draw(roles), "homes": draw(lived_in)} for each in people)
        ),
        identities=dealt(sorted(people), draw(codes)),
        devices=by(
            "device",
            ({"device": each, "kind": "gate", "status": "active"} for each in draw(st.sets(IDS, max_size=2))),
        ),
        meters=by("meter", meters),
        tariffs=[draw(tariffs(medium)) for medium in ("water", "electricity")],
    )


@pytest.mark.parametrize("form", ["a.xlsx", "sheets"])
@given(standing=communities())
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=8,
)
def test_an_import_of_an_export_changes_nothing(standing: Standing, form: str, tmp_path: Path) -> None:
    books.write(tmp_path / form, exporting.rows(standing))

    taken = read(tmp_path / form)
    steps = planned(taken, standing)

    assert refusals(steps) == ""
    assert {each.outcome for each in steps} <= {"same"}
    assert (taken.told, taken.aside, taken.broken) == ([], [], [])
