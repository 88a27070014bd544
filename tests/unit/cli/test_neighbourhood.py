"""The demo neighbourhood is what its documents promise."""

import json
import re
from collections import Counter

from functions.care.watching.watch import Settings
from linli.ids import is_id
from linli_cli.demo import neighbourhood, seeding
from linli_cli.layout import ROOT


def test_two_companies_run_three_communities_in_two_sub_districts() -> None:
    assert neighbourhood.companies() == ["acme", "birch"]
    assert {each.id: (each.company, each.sub_district) for each in neighbourhood.communities()} == {
        "willow": ("acme", "riverside"),
        "cedar": ("acme", "hillside"),
        "maple": ("birch", "riverside"),
    }
    assert neighbourhood.officials() == {
        "riverside": "riverside-official-1",
        "hillside": "hillside-official-1",
    }


def test_every_community_has_everybody_and_every_resident_a_home() -> None:
    for community in neighbourhood.communities():
        assert Counter(person.role for person in community.people) == neighbourhood.HEADCOUNT
        assert community.people[0].id == community.manager
        assert all(bool(person.unit) == (person.role == "resident") for person in community.people)


def test_ids_and_phones_are_good_and_phones_differ() -> None:
    people = [person for community in neighbourhood.communities() for person in community.people]

    assert all(is_id(person.id) for person in people)
    assert all(re.fullmatch(r"\+86\d{11}", person.phone) for person in people)
    assert len({person.phone for person in people}) == len(people)


def test_every_resident_has_a_card_the_first_a_face_with_consent_the_second_a_plate() -> None:
    for community in neighbourhood.communities():
        shown = {(each.person, each.kind): each for each in community.credentials}
        residents = [f"{community.id}-resident-{n}" for n in range(1, 6)]
        assert {person for person, kind in shown if kind == "card"} == set(residents)
        assert shown[residents[0], "card"].value == f"{residents[0]}-card"
        assert shown[residents[0], "face"].body["consent"]
        assert "consent" not in shown[residents[1], "plate"].body
        assert len(shown) == 7


def test_what_is_described_names_every_file_of_every_device() -> None:
    willow = seeding.described()["communities"][0]

    there = (*neighbourhood.KINDS, *neighbourhood.SENSORS)
    assert [each["device"] for each in willow["devices"]] == [f"willow-{name}" for name in there]
    assert all({"certificate", "key", "ca"} <= each.keys() for each in willow["devices"])
    assert willow["gates"][0] == {"gate": "willow-gate-1", "area": "garden", "direction": "in"}


def test_somebody_is_watched_over_by_sensors_that_are_devices_of_the_community() -> None:
    willow, _ = (each for each in neighbourhood.communities() if each.watches)
    ((person, set_up),) = willow.watches.items()
    assert person == "willow-resident-1"
    assert {each["device"] for each in set_up["sensors"]} <= willow.devices.keys()
    assert Settings.model_validate(set_up).contacts[0].person == "willow-family-1"


def test_the_sample_of_a_call_for_help_is_that_of_the_samples_own_person() -> None:
    (maple,) = (each for each in neighbourhood.communities() if each.id == neighbourhood.SAMPLED)
    (set_up,) = maple.watches.values()
    pressed = json.loads((ROOT / "events/care/sos/normal_press.json").read_text())
    assert Settings.model_validate(set_up).sensors[0].device == pressed["client_id"]
    assert pressed["client_id"] in maple.devices
