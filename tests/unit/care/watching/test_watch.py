"""Settings: what is refused, and whose signals count in which home."""

import json
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from functions.care.watching.signals import SENSOR_KINDS
from functions.care.watching.watch import Sensor, Settings, Watch
from linli.vocabulary.care import CarePolicy

KNOWN: dict[str, Any] = {"home": "b1/101", "consent": "file 17"}


def watch(**settings: Any) -> Watch:
    return Watch.model_validate({**KNOWN, "community": "willow", "person": "gran", "version": 1, **settings})


@pytest.mark.parametrize(
    "wrong",
    [
        {"home": "b1"},
        {"consent": ""},
        {"phone": "8000 0001"},
        {"residents": 0},
        {"sensors": [{"device": "m", "kind": "nose"}]},
        {"sensors": [{"device": "m", "kind": "motion"}, {"device": "m", "kind": "door"}]},
        {"contacts": [{"name": "Nobody can call"}]},
        {"counts": ["nose"]},
        {"chain": []},
        {"colour": "red"},
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({**KNOWN, **wrong})


@pytest.mark.parametrize(("residents", "pets"), [*product((1, 2), (False, True))])
def test_whose_signal_it_is_goes_by_who_else_lives_there(residents: int, pets: bool) -> None:
    home = watch(residents=residents, pets=pets)
    theirs = {kind for kind in SENSOR_KINDS if home.is_theirs(kind)}
    personal = {kind for kind, each in SENSOR_KINDS.items() if each.proof == "person"}
    human = {kind for kind, each in SENSOR_KINDS.items() if each.proof == "human"}
    alone = residents == 1
    assert theirs == personal | (human if alone else set()) | ({"motion"} if alone and not pets else set())


BED: dict[str, Any] = {"device": "bed-1", "kind": "bed"}


def test_a_bed_that_serves_several_proves_no_more_than_that_somebody_was_in_it() -> None:
    own = {"device": "bed-2", "kind": "bed"}
    couple = watch(residents=2, sensors=[BED, own], shared=["bed-1"])
    assert not couple.is_theirs("bed", ["hub", "bed-1"])
    assert couple.is_theirs("bed", ["hub", "bed-2"])
    assert couple.cannot_tell == ["bed (bed-1) serves another resident as well and does not count"]
    assert [one.device for one in couple.telling] == ["bed-2"]
    assert not watch(residents=2, sensors=[BED], shared=["bed-1"]).sees_the_home


@pytest.mark.parametrize("settings", [{"residents": 1}, {"residents": 1, "pets": True}, {"counts": ["bed"]}])
def test_a_shared_bed_counts_where_any_human_does(settings: dict[str, Any]) -> None:
    home = watch(**{"residents": 2, **settings}, sensors=[BED], shared=["bed-1"])
    assert home.is_theirs("bed", ["bed-1"])
    assert home.cannot_tell == []


@pytest.mark.parametrize("kind", sorted(SENSOR_KINDS))
def test_of_who_lives_elsewhere_no_meter_tells(kind: str) -> None:
    home = watch(counts=["water", "gas"])
    metered = kind in {"water", "electricity", "gas"}
    assert home.is_theirs(kind, elsewhere=True) == (home.is_theirs(kind) and not metered)


def test_whose_a_press_for_help_is_does_not_go_by_who_shares_the_button() -> None:
    assert not Sensor(device="button", kind="call_button").is_personal
    assert Sensor(device="button", kind="check_in").is_personal
    assert not Sensor(device="door", kind="door").is_personal


def test_a_button_alone_does_not_see_the_home() -> None:
    assert not watch(sensors=[{"device": "b", "kind": "call_button"}]).sees_the_home
    assert watch(sensors=[{"device": "b", "kind": "bed"}]).sees_the_home


def test_the_devices_are_the_sensors_and_their_gateways() -> None:
    sensors = [{"device": "a", "kind": "bed", "gateway": "hub"}, {"device": "b", "kind": "door"}]
    assert watch(sensors=sensors).devices == {"a", "b", "hub"}


@pytest.mark.parametrize(
    "wrong", [{"floor_hours": 8, "cap_hours": 6}, {"quiet_from": "22:00:00+08:00"}, {"chain": []}]
)
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CarePolicy.model_validate(wrong, strict=False)


@pytest.mark.parametrize("kind", [CarePolicy, Settings])
def test_a_chain_reaches_staff(kind: type[CarePolicy | Settings]) -> None:
    alone = [{"to": "person", "channels": ["push"]}, {"to": "contact", "channels": ["sms"]}]
    given_ = {"home": "b1/101", "consent": "file 7"} if kind is Settings else {}
    with pytest.raises(ValueError, match="caregivers or managers"):
        kind.model_validate_json(json.dumps({**given_, "chain": alone}))
    reached = [*alone, {"to": "caregiver", "channels": ["staff"]}]
    assert kind.model_validate_json(json.dumps({**given_, "chain": reached})).chain
