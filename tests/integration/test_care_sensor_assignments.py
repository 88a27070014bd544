"""Whom sensors serve: one home each, whoever shares them there."""

from collections.abc import Callable
from datetime import datetime

import pytest

from functions.care.intake.rows import SensorRow
from tests.integration.gateway import NOW
from tests.integration.neighbourhood import GRANNY
from tests.integration.people import WILLOW_MANAGER
from tests.integration.watching_over import (  # noqa: F401  the fixtures
    AT,
    GRAN,
    HOUR,
    MINUTE,
    OTHER,
    Neighbourhood,
    neighbourhood,
    put,
    watched_over,
)


def test_a_couple_shares_sensors_and_each_has_a_deadline(willow: Neighbourhood) -> None:
    willow.set_up(residents=2)
    willow.set_up("willow-resident-2", residents=2, counts=["motion"])
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.vigil().state.seen_at == NOW - 10 * HOUR
    assert willow.vigil("willow-resident-2").state.seen_at == NOW


def test_as_many_devices_as_a_watch_takes_can_all_be_replaced(willow: Neighbourhood) -> None:
    def ten(of: str) -> list[dict[str, str]]:
        return [{"device": f"{of}-{n}", "kind": "motion", "gateway": f"{of}-hub-{n}"} for n in range(10)]

    family = {"contacts": [{"name": "c", "person": f"c-{n}"} for n in range(5)]}
    willow.set_up(sensors=ten("a"), family=[f"a-{n}" for n in range(10)], **family)
    family = {"contacts": [{"name": "c", "person": f"d-{n}"} for n in range(5)]}
    willow.set_up(sensors=ten("b"), home="b9/901", family=[f"b-{n}" for n in range(10)], **family)
    body = {**GRANNY, "sensors": [*ten("b"), {"device": "one-more", "kind": "motion"}]}
    assert willow.http(willow.app, "PUT", AT, body=body, now=NOW, **WILLOW_MANAGER).status == 400


BED = {"device": "willow-bed-1", "kind": "bed", "gateway": "willow-hub-1"}


def sleeps(willow: Neighbourhood, at: datetime) -> str:
    return willow.sensor("bed", at, device="willow-hub-1", sensor="willow-bed-1")


def without_home(device: str) -> None:
    """A sensor's row as it was written before it kept the home."""
    SensorRow(*SensorRow.key("willow", device)).update([SensorRow.home.remove()])


@pytest.mark.parametrize("kept_before", [False, True])
def test_a_sensor_is_not_given_to_a_second_home(willow: Neighbourhood, kept_before: bool) -> None:
    # When a bed sensor is entered in another home while the first has it, which alone knows of its home
    if kept_before:
        without_home("willow-bed-1")
    answer = put(willow, home="b2/202", sensors=[BED])

    # Then whoever enters it reads where it is, and nothing is half written
    assert (answer.status, answer.body["sensor"], answer.body["home"]) == (409, "willow-bed-1", "b1/101")
    assert willow.http(willow.app, "GET", AT.replace(GRAN, OTHER), **WILLOW_MANAGER).status == 404
    row = SensorRow.get(*SensorRow.key("willow", "willow-bed-1"))
    assert row.people == {GRAN}

    # Until it is taken out there
    willow.set_up(sensors=GRANNY["sensors"][:2])
    assert put(willow, home="b2/202", sensors=[BED]).status == 200
    due = willow.vigil().due_at
    assert sleeps(willow, NOW + MINUTE) == "moved"
    assert (willow.vigil().due_at, willow.vigil(OTHER).state.seen_at) == (due, NOW + MINUTE)


def test_a_gateway_serves_many_homes_unless_it_is_the_sensor_of_one(willow: Neighbourhood) -> None:
    behind = {"device": "willow-lamp-2", "kind": "lamp"}
    assert put(willow, home="b2/202", sensors=[{**behind, "gateway": "willow-hub-1"}]).status == 200
    assert put(willow, home="b2/202", sensors=[{**behind, "gateway": "willow-motion-1"}]).status == 409
    hub = {"device": "willow-hub-1", "kind": "motion"}
    assert put(willow, GRAN, sensors=[*GRANNY["sensors"], hub]).status == 409


def test_somebody_moves_house_with_their_sensors_unless_others_share_them(willow: Neighbourhood) -> None:
    assert put(willow, sensors=[BED]).status == 200
    answer = put(willow, GRAN, home="b2/202")
    assert (answer.status, answer.body["sensor"], answer.body["home"]) == (409, "willow-bed-1", "b1/101")
    assert put(willow, sensors=[]).status == 200
    assert put(willow, GRAN, home="b2/202").status == 200
    assert SensorRow.get(*SensorRow.key("willow", "willow-bed-1")).home == "b2/202"
    assert sleeps(willow, NOW + MINUTE) == "moved"


def test_a_home_that_is_left_while_another_takes_its_sensor_on_is_not_left_with_it(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    assert put(willow, sensors=[]).status == 200
    moves: list[int] = []
    meanwhile("TransactWriteItems", lambda: moves.append(put(willow, GRAN, home="b2/202").status))
    motion = {"device": "willow-motion-1", "kind": "motion"}
    assert (put(willow, sensors=[motion]).status, moves) == (409, [200])


def test_a_bed_of_two_is_nobodys_proof_until_one_has_it_alone(willow: Neighbourhood) -> None:
    # Given a couple, of whom the second is entered with the bed of the first
    willow.set_up(residents=2, sensors=[BED])
    assert willow.vigil().watch.cannot_tell == []
    shown = put(willow, sensors=[BED]).body

    # Then both read that it does not count, and one who sleeps is no sign of either
    words = ["bed (willow-bed-1) serves another resident as well and does not count"]
    unseen = "no sensor tells of this person in the home"
    assert shown["cannot_tell"] == willow.vigil().watch.cannot_tell == [*words, unseen]
    seen = [willow.vigil(each).state.seen_at for each in (GRAN, OTHER)]
    assert sleeps(willow, NOW + MINUTE) == "not_counted"
    assert [willow.vigil(each).state.seen_at for each in (GRAN, OTHER)] == seen

    # And when it serves one again, it is theirs at once
    assert willow.http(willow.app, "DELETE", AT.replace(GRAN, OTHER), **WILLOW_MANAGER).status == 204
    assert willow.vigil().watch.cannot_tell == []
    assert willow.vigil().listed_at == willow.vigil().due_at
    assert sleeps(willow, NOW + 2 * MINUTE) == "moved"
