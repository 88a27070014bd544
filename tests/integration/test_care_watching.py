"""Settings, absences and the end of a watch through the real handlers."""

from datetime import datetime
from typing import Any

import pytest

from functions.care.intake.rows import HomeRow, SensorRow
from functions.care.tending.rows import VisitRow
from functions.care.timeline.rows import EntryRow
from tests.integration.conftest import published
from tests.integration.gateway import NOW
from tests.integration.neighbourhood import GRANNY
from tests.integration.people import MAPLE_MANAGER, WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.watching_over import (  # noqa: F401  the fixtures
    AT,
    COLD,
    DAUGHTER,
    GRAN,
    HOUR,
    MINUTE,
    Neighbourhood,
    neighbourhood,
    usual,
    watched_over,
)


def away(willow: Neighbourhood, until: datetime, now: datetime = NOW, **asker: Any) -> Any:
    body = {"until": until.isoformat()}
    return willow.http(willow.app, "PUT", f"{AT}/away", body=body, now=now, **(asker or WILLOW_RESIDENT))


def test_while_away_no_silence_alarms(willow: Neighbourhood) -> None:
    assert away(willow, NOW + 72 * HOUR).body["away"] is True
    assert willow.minute(NOW + 71 * HOUR) == []
    assert willow.alerts() == []


def test_a_forgotten_absence_is_asked_about_and_then_alarms(willow: Neighbourhood) -> None:
    away(willow, NOW + 72 * HOUR)
    assert willow.minute(NOW + 72 * HOUR) == ["asked"]
    assert willow.duties() == [f"forgotten_away#{GRAN}"]
    assert willow.alerts() == []
    assert willow.minute(NOW + 74 * HOUR) == []
    assert willow.minute(NOW + 75 * HOUR) == ["opened"]
    assert willow.alerts()[0]["reason"] == "not_back"


def test_whoever_stays_longer_says_so(willow: Neighbourhood) -> None:
    away(willow, NOW + 72 * HOUR)
    willow.minute(NOW + 72 * HOUR)
    away(willow, NOW + 96 * HOUR, NOW + 73 * HOUR, **DAUGHTER)
    assert willow.duties() == []
    assert willow.minute(NOW + 76 * HOUR) == []
    assert willow.minute(NOW + 96 * HOUR) == ["asked"]


def test_a_sign_of_life_in_the_home_ends_an_absence(willow: Neighbourhood) -> None:
    away(willow, NOW + 72 * HOUR)
    assert willow.sensor("motion", NOW + HOUR) == "moved"  # still packing
    assert willow.vigil().state.where == "away"
    assert willow.sensor("motion", NOW + 30 * HOUR) == "back"
    assert willow.vigil().due_at == NOW + 30 * HOUR + usual(NOW + 30 * HOUR)


def test_a_return_answers_the_question(willow: Neighbourhood) -> None:
    away(willow, NOW + 72 * HOUR)
    willow.minute(NOW + 72 * HOUR)
    assert willow.sensor("motion", NOW + 73 * HOUR) == "back"
    assert willow.duties() == []


def test_the_person_their_family_and_staff_may_say_so_and_nobody_else(willow: Neighbourhood) -> None:
    until = NOW + 72 * HOUR
    for asker in (WILLOW_RESIDENT, DAUGHTER, WILLOW_MANAGER, member("c", "willow", "caregiver")):
        assert away(willow, until, **asker).status == 200
    assert away(willow, until, **member("other", "willow", "resident")).status == 404
    stranger = away(willow, until, **member("other", "willow", "family"))
    missing = willow.http(
        willow.app,
        "PUT",
        "/communities/willow/watches/nobody/away",
        body={"until": until.isoformat()},
        **member("other", "willow", "family"),
    )
    assert (stranger.status, missing.status) == (404, 404)
    assert stranger.body | {"instance": ""} == missing.body | {"instance": ""}


@pytest.mark.parametrize("until", [NOW - HOUR, NOW + 10 * MINUTE, NOW + 91 * 24 * HOUR])
def test_an_absence_has_a_sensible_end(willow: Neighbourhood, until: datetime) -> None:
    assert away(willow, until).status == 400


def test_back_again(willow: Neighbourhood) -> None:
    away(willow, NOW + 72 * HOUR)
    answer = willow.http(willow.app, "DELETE", f"{AT}/away", now=NOW + HOUR, **WILLOW_RESIDENT)
    assert answer.body == {"away": False}
    assert willow.vigil().due_at == NOW + HOUR + usual(NOW + HOUR)


def test_what_cannot_be_told_is_said(willow: Neighbourhood) -> None:
    shown = willow.set_up(pets=True)
    assert shown["cannot_tell"] == ["motion may be a pet and does not count"]
    assert willow.sensor("motion", NOW) == "not_counted"
    assert willow.sensor("bed", NOW) == "moved"


def watch_changes() -> list[tuple[str, bool]]:
    found = [event for event in published("willow") if event.type == "linli.care.watch_changed.v1"]
    return [(event.data["home"], event.data["watched"]) for event in found]


def test_others_hear_of_a_home_once_when_its_first_comes_and_its_last_goes(willow: Neighbourhood) -> None:
    assert watch_changes() == [("b1/101", True)]
    willow.set_up()
    willow.set_up("willow-resident-2", sensors=[])
    assert watch_changes() == [("b1/101", True)]
    willow.set_up("willow-resident-2", home="b1/102", sensors=[])
    assert willow.http(willow.app, "DELETE", AT, **WILLOW_MANAGER).status == 204
    assert sorted(watch_changes()) == [("b1/101", False), ("b1/101", True), ("b1/102", True)]


def test_a_watch_that_ends_leaves_nothing_due_and_no_sensor_of_its_own(willow: Neighbourhood) -> None:
    assert willow.http(willow.app, "DELETE", AT, **WILLOW_MANAGER).status == 204
    assert willow.http(willow.app, "GET", AT, **WILLOW_MANAGER).status == 404
    assert willow.sensor("motion", NOW) == "not_watched"
    assert willow.minute(NOW + 100 * HOUR) == []
    row = SensorRow.get(*SensorRow.key("willow", "willow-motion-1"))
    assert row.people is None
    assert HomeRow.get(*HomeRow.key("willow", "b1/101")).people is None


def test_a_watch_does_not_end_while_an_alert_is_open(willow: Neighbourhood) -> None:
    willow.minute(NOW + 3 * HOUR)
    answer = willow.http(willow.app, "DELETE", AT, **WILLOW_MANAGER)
    assert (answer.status, answer.body["alert"]) == (409, willow.vigil().open_alert)


def test_settings_that_change_nothing_are_no_change(willow: Neighbourhood) -> None:
    assert [willow.set_up()["version"], willow.set_up(pets=True)["version"]] == [1, 2]


def test_another_company_finds_nobody(willow: Neighbourhood) -> None:
    assert willow.http(willow.app, "GET", AT, **MAPLE_MANAGER).status == 404


def test_the_list_says_who_is_watched_over(willow: Neighbourhood) -> None:
    listed = willow.http(willow.app, "GET", "/communities/willow/watches", **WILLOW_MANAGER).body
    assert listed == {"items": [{"person": GRAN, "home": "b1/101", "cannot_tell": []}]}


def resolve(willow: Neighbourhood, outcome: str, now: datetime) -> None:
    path = f"/communities/willow/alerts/{willow.vigil().open_alert}/answers"
    body = {"command": "resolve", "outcome": outcome}
    assert willow.http(willow.app, "POST", path, body=body, now=now, **WILLOW_MANAGER).status == 200


def declared_dead(willow: Neighbourhood) -> datetime:
    willow.minute(NOW + COLD)
    resolve(willow, "deceased", NOW + COLD + HOUR)
    assert willow.vigil().due_at is None
    return NOW + COLD + HOUR


def test_who_was_declared_dead_by_mistake_is_watched_over_by_the_next_outcome(willow: Neighbourhood) -> None:
    now = declared_dead(willow)
    calling: dict[str, str] = {}
    path = "/communities/willow/calls_for_help"
    answer = willow.http(willow.app, "POST", path, body=calling, now=now + HOUR, **WILLOW_RESIDENT)
    assert answer.status < 300, answer.body
    resolve(willow, "fine", now + 2 * HOUR)
    assert willow.vigil().due_at is not None
    assert VisitRow.get(*VisitRow.key("willow", GRAN)).visit.person == GRAN


def test_who_was_declared_dead_by_mistake_is_watched_over_when_set_up_again(willow: Neighbourhood) -> None:
    now = declared_dead(willow)
    body = {**GRANNY}
    answer = willow.http(willow.app, "PUT", AT, body=body, now=now + HOUR, **WILLOW_MANAGER)
    assert answer.body["due_at"] is not None
    assert willow.vigil().state.seen_at == now + HOUR
    assert VisitRow.get(*VisitRow.key("willow", GRAN)).visit.person == GRAN


def test_nobody_is_asked_whether_the_deceased_is_back(willow: Neighbourhood) -> None:
    until = NOW + 2 * HOUR
    assert away(willow, until).status == 200
    willow.minute(until)
    assert willow.duties() == [f"forgotten_away#{GRAN}"]
    willow.minute(until + 3 * HOUR)
    resolve(willow, "deceased", until + 4 * HOUR)
    assert willow.duties() == []


def test_an_absence_is_in_the_timeline(willow: Neighbourhood) -> None:
    until = NOW + 72 * HOUR
    assert away(willow, until, **DAUGHTER).status == 200
    willow.sensor("motion", NOW + 5 * HOUR)
    lines = [each.entry for each in EntryRow.query(EntryRow.key.partition("willow", GRAN))]
    assert [(each.what, each.by, each.actor) for each in lines] == [
        ("away_set", "family", "willow-family-1"), ("away_over", "person", GRAN),
    ]  # fmt: skip
    assert "2026-01-08" in lines[0].words


def test_a_neighbour_cannot_tell_who_is_watched_over(willow: Neighbourhood) -> None:
    asker, body = member("other", "willow", "resident"), {"until": (NOW + 72 * HOUR).isoformat()}
    for person in (GRAN, "nobody"):
        path = f"/communities/willow/watches/{person}/away"
        assert willow.http(willow.app, "PUT", path, body=body, **asker).status == 404
        assert willow.http(willow.app, "DELETE", path, **asker).status == 404


def test_family_does_not_read_how_an_alert_ended_nor_who_of_staff_saw_to_it(willow: Neighbourhood) -> None:
    willow.minute(NOW + COLD)
    path = f"/communities/willow/alerts/{willow.vigil().open_alert}"
    resolve(willow, "deceased", NOW + COLD + HOUR)
    seen = [willow.http(willow.app, "GET", path, **who).body for who in (DAUGHTER, WILLOW_MANAGER)]
    assert [each.get("outcome") for each in seen] == [None, "deceased"]
    assert [each.get("answered_by") for each in seen] == [None, "willow-manager-1"]


@pytest.mark.parametrize(
    ("consent", "status"), [("口头", 200), ("档", 200), ("   ", 400), ("\u200b\u3000", 400)]
)
def test_a_consent_has_to_say_something_however_short(
    willow: Neighbourhood, consent: str, status: int
) -> None:
    answer = willow.http(willow.app, "PUT", AT, body=GRANNY | {"consent": consent}, now=NOW, **WILLOW_MANAGER)
    assert (answer.status, "consent" in answer.text) == (status, True)
