"""Which signals and faults are tickets, about what, and where."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.maintenance.proactive_ticket.domain import fault_of, place_of, report_of
from linli.vocabulary.devices import DeviceFaultRaised
from linli.vocabulary.utilities import MeterSignalEnded, MeterSignalRaised

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def signal(kind: Any, medium: Any = "water") -> MeterSignalRaised:
    return MeterSignalRaised(
        community="willow",
        meter="m-1",
        medium=medium,
        signal=kind,
        episode="e-1",
        home="b1/101",
        since=NOW,
    )


@pytest.mark.parametrize(
    ("kind", "medium", "category"),
    [
        ("leak", "water", "plumbing"),
        ("leak", "gas", "gas"),
        ("leak", "heat", "heating"),
        ("spike", "electricity", "meter"),
        ("back_flow", "water", "meter"),
    ],
)
def test_a_signal_is_a_ticket_where_the_meter_is(kind: Any, medium: Any, category: str) -> None:
    reported = report_of(signal(kind, medium))
    assert reported is not None
    assert (reported.category, reported.building, reported.unit) == (category, "b1", "101")
    assert (reported.source, reported.reported_by) == ("device", None)


def test_no_use_is_no_repair() -> None:
    assert report_of(signal("no_use")) is None


def test_the_end_is_of_the_same_fault_as_the_beginning() -> None:
    end = MeterSignalEnded(community="willow", meter="m-1", signal="back_flow", episode="e-1", ended_at=NOW)
    assert fault_of(end) == fault_of(signal("back_flow"))


def test_a_devices_fault_names_the_device() -> None:
    fact = DeviceFaultRaised(
        community="willow", device="d-1", kind="gate", fault="lost", episode="e", since=NOW
    )
    reported = report_of(fact)
    assert reported is not None
    assert (reported.asset, reported.fault, reported.category) == ("d-1", "lost", "device")


@pytest.mark.parametrize("home", [None, "", "Building One / 1", "b1/"])
def test_a_home_we_cannot_read_is_no_place(home: str | None) -> None:
    assert place_of(home) == (None, None)
