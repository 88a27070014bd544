"""Settings: what is refused, and whose signals count in which home."""

from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from functions.care.signals import SENSOR_KINDS
from functions.care.watches import Settings, Watch
from linli.policies import CarePolicy

KNOWN: dict[str, Any] = {"home": "b1/101", "consent": "file 17"}


def watch(**settings: Any) -> Watch:
    return Watch.model_validate({**KNOWN, "community": "willow", "person": "gran", "version": 1, **settings})


@pytest.mark.parametrize(
    "wrong",
    [
        {"home": "b1"},
        {"consent": ""},
        {"phone": "138 0000 0001"},
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
