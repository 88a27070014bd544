"""An odd optional field costs no message, and one that says who, which or whether is never guessed away."""

import json
from typing import Annotated, Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, model_validator

from functions.access.door_event.models import DoorEvent
from functions.access.gate_pass.models import GatePassEvent
from functions.care.watching.signals import Signal
from functions.devices.heartbeat.models import Heartbeat
from functions.health.fever_check.models import TemperatureEvent
from functions.utilities.meter_reading.models import MeterReadingEvent, ReadingSent
from linli.contracts import Contract
from linli.odd_fields import MEANT, read

HEAD: dict[str, Any] = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z"}
COMMON = {"community", "device"}
# Of each message the optional members that may not be left out: it would say something else without them.
MEANT_IN: dict[type[Contract], set[str]] = {
    Heartbeat: COMMON | {"via"},
    DoorEvent: COMMON | {"pass_event_id"},
    GatePassEvent: COMMON | {"direction", "temperature_c", "offline", "granted"},
    TemperatureEvent: COMMON | {"person"},
    Signal: COMMON | {"sensor"},
    MeterReadingEvent: COMMON | {"meter", "obis", "measured_at", "value", "estimated", "readings"},
    ReadingSent: {"meter", "obis", "estimated"},
}
SPARE_IN: dict[type[Contract], set[str]] = {
    Heartbeat: {"battery_percent", "firmware"},
    GatePassEvent: {"score"},
    TemperatureEvent: {"ambient_c"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text("a 1°-", max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=3),
    max_leaves=6,
)


class Place(Contract):
    """Nested: its `floor` may be left out, and without its `unit` it is none."""

    unit: str
    floor: int | None = None


class Parcel(Contract):
    """`weight_g` goes with `scale`."""

    number: int
    place: Place | None = None
    scale: str | None = None
    weight_g: int | None = None
    sender: Annotated[Place | None, MEANT] = None
    tags: Annotated[list[int], Field(max_length=2)] = []

    @model_validator(mode="after")
    def _weighed_by_something(self) -> Self:
        if self.weight_g is not None and self.scale is None:
            raise ValueError("weight_g goes with scale")
        return self


@pytest.mark.parametrize("model", MEANT_IN, ids=lambda model: model.__name__)
def test_of_each_optional_member_it_is_said_whether_it_may_be_left_out(model: type[Contract]) -> None:
    optional = {name: field for name, field in model.model_fields.items() if not field.is_required()}
    meant = {name for name, field in optional.items() if MEANT in field.metadata}
    assert meant == MEANT_IN[model]
    assert set(optional) - meant == SPARE_IN.get(model, set())


@pytest.mark.parametrize(
    ("more", "percent", "dropped"),
    [
        ({"battery_percent": 76.5}, 76, ()),
        ({"battery_percent": 80.0}, 80, ()),
        ({"battery_percent": 200}, None, ("battery_percent",)),
        ({"battery_percent": 255}, None, ("battery_percent",)),
        ({"battery_percent": -1}, None, ("battery_percent",)),
        ({"battery_percent": "80"}, None, ("battery_percent",)),
        ({"battery_percent": True}, None, ("battery_percent",)),
        ({"battery_percent": float("nan")}, None, ("battery_percent",)),
        ({"battery_percent": {"value": 80, "unit": "%"}}, None, ("battery_percent",)),
        ({"battery_percent": 80, "firmware": "1.0 build 3"}, 80, ("firmware",)),
        ({"battery_percent": 80, "rssi": -71}, 80, ("rssi",)),
        ({"battery_percent": 80, "rssi": float("inf"), "x" * 99: [1]}, 80, ("rssi", "x" * 64)),
        ({"seq": 5.0}, None, ()),
    ],
)
def test_an_odd_optional_field_does_not_cost_the_heartbeat(
    more: dict[str, Any], percent: int | None, dropped: tuple[str, ...]
) -> None:
    beat, left_out = read(Heartbeat, json.dumps(HEAD | more))
    assert (beat.battery_percent, left_out) == (percent, dropped)


@given(st.dictionaries(st.sampled_from(["battery_percent", "firmware", "rssi", "lqi"]), JSON))
def test_whatever_stands_in_its_optional_fields_the_beat_counts(more: dict[str, Any]) -> None:
    beat, left_out = read(Heartbeat, json.dumps(HEAD | more))
    assert beat.event_id == "e-1"
    assert set(left_out) <= set(more)
    assert {"rssi", "lqi"} & set(more) <= set(left_out)


@pytest.mark.parametrize(
    ("model", "good", "odd"),
    [
        (Heartbeat, {}, {"via": 7}),
        (Heartbeat, {}, {"occurred_at": "yesterday", "rssi": 1}),
        (Heartbeat, {}, {"seq": 1.5}),
        (Heartbeat, {}, {"device": "Gate 1"}),
        (GatePassEvent, {"credential": "card", "value": "c"}, {"offline": "yes"}),
        (GatePassEvent, {"credential": "card", "value": "c"}, {"granted": 1}),
        (GatePassEvent, {"credential": "card", "value": "c"}, {"direction": "up"}),
        (GatePassEvent, {"credential": "card", "value": "c"}, {"temperature_c": "hot"}),
        (GatePassEvent, {"credential": "face", "value": "f"}, {"score": 97}),
        (DoorEvent, {"door": "entered", "pass_event_id": "e"}, {"pass_event_id": "E 1"}),
        (TemperatureEvent, {"temperature_c": 38.9}, {"person": "Li Na"}),
        (Signal, {}, {"sensor": 5}),
        (MeterReadingEvent, {"value": 1}, {"meter": 12}),
        (MeterReadingEvent, {"value": 1}, {"measured_at": "now"}),
        (MeterReadingEvent, {"value": 1}, {"estimated": "no"}),
        (MeterReadingEvent, {}, {"readings": "none"}),
    ],
)
def test_an_odd_field_that_says_who_which_or_whether_refuses_the_message(
    model: type[Contract], good: dict[str, Any], odd: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        read(model, json.dumps(HEAD | good | odd))


@pytest.mark.parametrize(
    ("more", "left_out"),
    [
        ({"place": {"unit": "101", "floor": "one"}}, ("place.floor",)),
        ({"place": {"floor": 1}}, ("place",)),
        ({"place": {"unit": "101", "door": 2}}, ("place.door",)),
        ({"sender": {"unit": "101", "floor": "one"}}, ("sender.floor",)),
        ({"tags": [1, "two"]}, ("tags",)),
        ({"tags": [1, 2, 3], "place": 5}, ("tags", "place")),
        ({"scale": "s", "weight_g": "heavy"}, ("weight_g",)),
    ],
)
def test_what_is_odd_is_left_out_where_it_is_and_no_more(
    more: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    _, found = read(Parcel, json.dumps({"number": 1} | more))
    assert set(found) == set(left_out)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"number": "1", "colour": "red"}, "number"),
        ({"sender": {"floor": 1}}, "sender"),
        ({"scale": 5, "weight_g": 10}, "scale"),
        ({"weight_g": 10, "colour": "red"}, "weight_g goes with scale"),
    ],
)
def test_what_does_not_fit_without_the_odd_field_is_refused_for_the_reason(
    more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        read(Parcel, json.dumps({"number": 1} | more))


@pytest.mark.parametrize("text", [b"\xff", b"{", b"[]", b"5", b"null", b'{"a":' * 5000, b"1" * 5000])
def test_what_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(ValidationError):
        read(Heartbeat, text)
