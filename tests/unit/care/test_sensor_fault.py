"""Which faults make a sensor silent."""

from datetime import UTC, datetime

import pytest

from functions.care.sensor_fault.domain import silences_of
from functions.care.states import Silence
from linli.events import DeviceFaultCleared, DeviceFaultRaised

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def raised(fault: str) -> DeviceFaultRaised:
    return DeviceFaultRaised(
        community="willow", device="m", kind="motion", fault=fault, episode="e", since=NOW
    )


def test_a_lost_sensor_is_silent_since_then() -> None:
    assert silences_of(raised("lost")) == ([Silence(device="m", episode="e")], NOW)


def test_the_end_of_it_is_of_the_same_spell() -> None:
    fact = DeviceFaultCleared(community="willow", device="m", fault="lost", episode="e", cleared_at=NOW)
    assert silences_of(fact) == ([Silence(device="m", episode="e")], NOW)


@pytest.mark.parametrize("fault", ["low-battery", "clock-off"])
def test_other_faults_leave_a_sensor_speaking(fault: str) -> None:
    assert silences_of(raised(fault)) == ([], NOW)


def test_a_gateway_takes_those_behind_it_along() -> None:
    fact = DeviceFaultRaised(
        community="willow",
        device="hub",
        kind="gateway",
        fault="lost",
        episode="e",
        since=NOW,
        behind=["m", "n"],
    )
    silences, _ = silences_of(fact)
    assert [each.device for each in silences] == ["hub", "m", "n"]
