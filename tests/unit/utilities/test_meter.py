from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from functions.utilities.meter.domain import opening, registered, replaced
from functions.utilities.meter.models import MeterRegistered, Replacement
from functions.utilities.meters.models import Meter
from linli.errors import Conflict, InvalidRequest
from tests.unit.utilities.meters.a_water_meter import METER

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def replacement(**fitted: object) -> Replacement:
    new = METER | {"meter": "m-2", "installed_at": datetime(2026, 1, 5, tzinfo=UTC)} | fitted
    shown = {"obis": "8-0:1.0.0", "value": Decimal(3)}
    return Replacement.model_validate({"final": [shown], "fitted": new | {"initial": [shown]}})


@pytest.mark.parametrize(
    "wrong",
    [
        {"registers": [{"obis": "1-0:1.8.0"}]},
        {"registers": [{"obis": "8-0:256.0.0"}]},
        {"registers": [{"obis": "8.0.1"}]},
        {"registers": [{"obis": "8-0:1.0.0"}, {"obis": "8-0:1.0.0"}]},
        {"registers": []},
        {"home": None},
        {"asset": "pump-house"},
        {"home": "b1"},
        {"medium": "steam"},
    ],
)
def test_meters_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MeterRegistered.model_validate(METER | wrong)


def test_a_replacement_links_both_and_closes_the_old_one() -> None:
    old = Meter.model_validate(METER)
    closed, opened = replaced(old, replacement(), NOW)
    assert (closed.replaced_by, opened.replaces) == ("m-2", "m-1")
    assert closed.closed_at == opened.installed_at
    assert [reading.ticks for _, reading, _ in opening(replacement().fitted)] == [3000]
    with pytest.raises(Conflict):
        replaced(closed, replacement(), NOW)


@pytest.mark.parametrize(
    "wrong", [{"medium": "heat", "registers": [{"obis": "6-0:1.0.0"}]}, {"meter": "m-1"}, {"home": "b1/102"}]
)
def test_what_does_not_belong_together_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        replaced(Meter.model_validate(METER), replacement(**wrong), NOW)


def test_a_meter_that_is_not_there_for_days_yet_is_refused() -> None:
    tomorrow = MeterRegistered.model_validate(METER | {"installed_at": NOW + timedelta(days=1)})
    assert registered(tomorrow, NOW).installed_at == NOW + timedelta(days=1)
    later = tomorrow.model_copy(update={"installed_at": datetime(2099, 1, 1, tzinfo=UTC)})
    with pytest.raises(InvalidRequest, match="more than a day ahead"):
        registered(later, NOW)
    with pytest.raises(InvalidRequest, match="more than a day ahead"):
        replaced(registered(tomorrow, NOW), replacement(installed_at=later.installed_at), NOW)
