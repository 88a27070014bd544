"""Signs of life through the real handlers: late, repeated, borrowed, by a clock that is gone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.care.calling.rows import AlertRow
from functions.care.tending.rows import DutyRow
from functions.care.timeline.rows import EntryRow
from functions.care.watching.state import RECENT
from linli.registered import RegisteredRow
from linli.vocabulary.access import GatePassed
from tests.integration.conftest import dead_letters
from tests.integration.gateway import NOW
from tests.integration.messages import batch, rule_event, told
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT, member
from tests.integration.watching_over import (  # noqa: F401  the fixtures
    COLD,
    GRAN,
    HOUR,
    MINUTE,
    Neighbourhood,
    neighbourhood,
    used,
    usual,
    watched_over,
)


def test_replayed_old_motion_neither_moves_the_deadline_nor_cancels_an_alert(willow: Neighbourhood) -> None:
    # Given an alert after a silence
    willow.sensor("motion", NOW)
    willow.minute(NOW + COLD)
    opened = willow.vigil()

    # When a gateway that was offline replays what it saw hours ago
    late = NOW + COLD + MINUTE
    assert willow.sensor("motion", NOW - HOUR, now=late) == "late"
    assert willow.sensor("motion", NOW + HOUR, now=late) == "moved"

    # Then the alert is open as before, and has not been told of any movement since
    after = willow.vigil()
    assert after.open_alert == opened.open_alert
    assert not after.moved_again
    row = AlertRow.get(*AlertRow.key("willow", str(opened.open_alert)))
    assert row.alert.state == "open"
    assert len(after.state.recent) == 3


def test_a_sign_after_the_alert_is_told_to_it_and_does_not_close_it(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    willow.minute(NOW + COLD)
    opened = willow.vigil()
    assert willow.sensor("motion", NOW + COLD + 5 * MINUTE) == "moved"
    after = willow.vigil()
    assert after.open_alert == opened.open_alert
    assert after.moved_again
    row = AlertRow.get(*AlertRow.key("willow", str(opened.open_alert)))
    assert row.alert.state == "answered"
    assert row.alert.is_open


def test_the_same_message_twice_counts_once(willow: Neighbourhood) -> None:
    message = willow.message("motion", NOW)
    assert willow.deliver(message, message) == ["moved", "repeated"]
    assert len(willow.vigil().state.recent) == 1


def test_a_clock_ahead_of_ours_does_not_buy_time(willow: Neighbourhood) -> None:
    assert willow.sensor("motion", NOW + 3 * HOUR, now=NOW) == "moved"
    assert willow.vigil().state.seen_at == NOW
    assert willow.sensor("motion", NOW + 4 * MINUTE, now=NOW + MINUTE) == "moved"
    assert willow.vigil().state.seen_at == NOW + MINUTE


@pytest.mark.usefixtures("willow", "atomic")
def test_a_hundred_signs_at_once_leave_the_newest(willow: Neighbourhood) -> None:
    # Given a hundred signs of as many moments, in no order
    messages = [willow.message("motion", NOW + (n * 37 % 100) * MINUTE) for n in range(100)]

    # When eight workers take them in at the same time, ten in a batch
    batches = [messages[first : first + 10] for first in range(0, 100, 10)]
    with ThreadPoolExecutor(8) as workers:
        outcomes = [each for some in workers.map(lambda one: willow.deliver(*one), batches) for each in some]

    # Then none was lost, and the deadline is that of the newest
    assert set(outcomes) <= {"moved", "late"}
    assert dead_letters(willow.app, "signal") == []
    assert willow.vigil().state.seen_at == NOW + 99 * MINUTE
    assert [each.at for each in willow.vigil().state.recent] == [
        NOW + minute * MINUTE for minute in range(80, 100)
    ]


def test_somebody_writes_between_the_read_and_the_write_of_a_sign(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    meanwhile("UpdateItem", lambda: willow.sensor("motion", NOW + 5 * MINUTE))
    assert willow.sensor("motion", NOW) == "late"
    assert willow.vigil().state.seen_at == NOW + 5 * MINUTE


@pytest.mark.parametrize(
    ("borrowed", "refused", "parked"),
    [
        # a motion sensor that claims to be a bed
        ({"kind": "bed", "device": "willow-motion-1"}, "wrong-device-kind", 0),
        # not behind that gateway
        (
            {"kind": "motion", "device": "willow-hub-1", "sensor": "willow-motion-1"},
            "invalid-request",
            1,
        ),
        ({"kind": "bed", "device": "willow-bed-1", "sensor": "willow-motion-1"}, "invalid-request", 1),
    ],
)
def test_a_sensor_speaks_for_itself_only(
    willow: Neighbourhood, borrowed: dict[str, Any], refused: str, parked: int
) -> None:
    assert willow.sensor(at=NOW, **borrowed) == refused
    assert len(dead_letters(willow.app, "signal")) == parked
    assert willow.vigil().state.recent == []


def test_a_sensor_behind_its_gateway_is_heard(willow: Neighbourhood) -> None:
    assert willow.sensor("bed", NOW, device="willow-hub-1", sensor="willow-bed-1") == "moved"


def test_a_sensor_that_serves_nobody_is_answered_and_changes_nothing(willow: Neighbourhood) -> None:
    assert willow.sensor("motion", NOW, device="willow-motion-9") == "not_watched"


def test_the_device_of_another_community_is_not_hers(willow: Neighbourhood) -> None:
    key = RegisteredRow.key("maple", "willow-motion-1")
    RegisteredRow(*key, device_kind="infrared", revoked=False, version=1, told_at=NOW).save()
    message = rule_event(
        "motion",
        {"event_id": "e", "seq": 1, "occurred_at": NOW.isoformat()},
        "willow-motion-1",
        community="maple",
    )
    assert willow.deliver(message) == ["not_watched"]
    assert willow.vigil().state.recent == []


def passed(direction: Any, at: datetime, person: str | None = GRAN) -> GatePassed:
    return GatePassed(
        community="willow",
        gate="g",
        area="a",
        direction=direction,
        person=person,
        passed_at=at,
        offline=False,
    )


def test_gone_out_and_not_back_is_a_case_of_its_own(willow: Neighbourhood) -> None:
    assert willow.fact("sign_of_life", passed("out", NOW - HOUR)) == ["moved"]
    assert willow.vigil().state.where == "out"
    due = willow.vigil().due_at
    assert due is not None
    assert willow.minute(due) == ["opened"]
    (alert,) = willow.alerts()
    assert alert["reason"] == "not_back"


def test_a_pass_is_its_holders_and_a_visitors_is_nobodys(willow: Neighbourhood) -> None:
    assert willow.fact("sign_of_life", passed("in", NOW, None), passed("in", NOW, "willow-resident-9")) == [
        "not_ours",
        "not_watched",
    ]
    assert willow.vigil().state.recent == []


def test_water_in_the_home_is_a_sign_from_the_start_of_its_interval(willow: Neighbourhood) -> None:
    assert willow.fact("sign_of_life", used("water", NOW - HOUR)) == ["moved"]
    assert willow.vigil().state.seen_at == NOW - HOUR
    assert willow.fact("sign_of_life", used("heat", NOW), used("water", NOW, "b1/102")) == [
        "not_ours",
        "not_watched",
    ]


def test_a_fact_that_the_bus_repeats_counts_once(willow: Neighbourhood) -> None:
    body = told(passed("in", NOW), "pass-1")
    answer = willow.invoke(willow.app, "sign_of_life", batch(body, body))
    assert answer["outcomes"] == ["moved", "repeated"]


# "I am well"
def test_a_check_in_moves_the_deadline_wherever_one_is(willow: Neighbourhood) -> None:
    willow.fact("sign_of_life", passed("out", NOW - HOUR))
    path, body = "/communities/willow/check_ins", {"event_id": "press-1"}
    answer = willow.http(willow.app, "POST", path, body=body, **WILLOW_RESIDENT)
    assert (answer.status, answer.body["outcome"]) == (201, "moved")
    assert willow.vigil().state.seen_at == NOW
    assert willow.vigil().state.where == "out"
    again = willow.http(willow.app, "POST", path, body=body, now=NOW + HOUR, **WILLOW_RESIDENT)
    assert again.body == answer.body | {"outcome": "repeated"}


def test_nobody_checks_in_for_somebody_else(willow: Neighbourhood) -> None:
    other = member("willow-resident-2", "willow", "resident")
    body = {"event_id": "press-1"}
    answer = willow.http(willow.app, "POST", "/communities/willow/check_ins", body=body, **other)
    assert answer.status == 404


def test_old_motion_replayed_by_a_clock_that_is_ahead_is_only_noted(willow: Neighbourhood) -> None:
    willow.minute(NOW + COLD)
    late = NOW + COLD + MINUTE
    assert willow.sensor("motion", late + 5 * HOUR, now=late) == "moved"
    after = willow.vigil()
    row = AlertRow.get(*AlertRow.key("willow", str(after.open_alert)))
    assert (row.alert.state, after.moved_again) == ("open", False)
    (noted,) = [
        each for each in EntryRow.query(EntryRow.key.partition("willow", GRAN)) if each.entry.what == "moved"
    ]
    assert "ahead" in noted.entry.words
    # A believable one answers it all the same
    assert willow.sensor("motion", late + MINUTE) == "moved"
    assert AlertRow.get(*AlertRow.key("willow", str(after.open_alert))).alert.state == "answered"


def test_a_sign_that_waited_in_our_queue_answers_the_alert_that_overtook_it(willow: Neighbourhood) -> None:
    willow.minute(NOW + COLD)
    assert willow.sensor("motion", NOW + COLD - 5 * MINUTE) == "moved"
    row = AlertRow.get(*AlertRow.key("willow", str(willow.vigil().open_alert)))
    assert (row.alert.state, row.alert.is_open) == ("answered", True)
    lines = [each.entry for each in EntryRow.query(EntryRow.key.partition("willow", GRAN))]
    assert any(each.what == "moved" and "too late" in each.words for each in lines)


def test_a_check_in_sent_again_is_no_new_sign(willow: Neighbourhood) -> None:
    def checks_in(now: datetime) -> str:
        path, body = "/communities/willow/check_ins", {"event_id": "press-1"}
        answer = willow.http(willow.app, "POST", path, body=body, now=now, **WILLOW_RESIDENT)
        return str(answer.body["outcome"])

    assert checks_in(NOW) == "moved"
    for minutes in range(1, RECENT + 2):
        willow.sensor("motion", NOW + minutes * MINUTE)
    due = willow.vigil().due_at
    assert checks_in(NOW + 11 * HOUR) == "repeated"
    assert willow.vigil().due_at == due


def test_what_a_gateway_whose_clock_is_ahead_sends_again_is_no_new_sign(willow: Neighbourhood) -> None:
    def sends_all(now: datetime) -> set[str]:
        ahead = NOW + timedelta(days=1)
        messages = [
            willow.message(
                "bed",
                ahead + n * MINUTE,
                now=now + timedelta(seconds=n),
                device="willow-hub-1",
                event_id=f"b-{n}",
                sensor="willow-bed-1",
            )
            for n in range(RECENT + 1)
        ]
        return {outcome for each in messages for outcome in willow.deliver(each)}

    assert sends_all(NOW) == {"moved"}
    due = willow.vigil().due_at
    assert sends_all(NOW + 11 * HOUR) == {"repeated"}
    assert willow.vigil().due_at == due


DEAD = datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)


def alert_words(willow: Neighbourhood) -> str:
    return str(AlertRow.get(*AlertRow.key("willow", str(willow.vigil().open_alert))).alert.words)


def duty_words(device: str) -> str:
    return str(DutyRow.get(*DutyRow.key("willow", "doubted_sensor", device), consistent_read=True).duty.words)


@pytest.mark.parametrize("clock", [DEAD, datetime(2000, 1, 1, tzinfo=UTC)], ids=["1970", "2000"])
def test_a_sensor_without_a_clock_proves_life_when_it_comes_in(
    willow: Neighbourhood, clock: datetime
) -> None:
    # Given a motion sensor that says the very same each time it wakes
    for hours in (0, 1, 9):
        outcome = willow.sensor("motion", clock, now=NOW + hours * HOUR, event_id="s-70")
        assert outcome == "moved"
        assert willow.vigil().state.seen_at == NOW + hours * HOUR
    # What the broker or the queue delivers again is no other sign
    again = willow.message("motion", clock, now=NOW + 9 * HOUR, event_id="s-70")
    assert willow.deliver(again) == ["repeated"]
    # And staff are told, in the queue and in the alert
    assert willow.duties() == ["doubted_sensor#willow-motion-1"]
    said = f"willow-motion-1 spoke 3 times with a clock of {clock.year}"
    assert said in duty_words("willow-motion-1")
    willow.minute(NOW + 9 * HOUR + usual(NOW + 9 * HOUR))
    assert f"{said}, last Tue 06 Jan 01:00" in alert_words(willow)


def test_a_sensor_whose_counter_begins_anew_is_heard(willow: Neighbourhood) -> None:
    outcomes = [willow.sensor("motion", NOW + n * HOUR, event_id="s-1") for n in range(3)]
    assert outcomes == ["moved"] * 3
    assert willow.vigil().state.seen_at == NOW + 2 * HOUR
    assert "willow-motion-1 spoke 2 times with an old number" in duty_words("willow-motion-1")
    willow.minute(NOW + 2 * HOUR + usual(NOW + 2 * HOUR))
    assert "willow-motion-1 spoke 2 times with an old number" in alert_words(willow)


def test_a_sign_by_no_clock_answers_no_alert_and_is_noted(willow: Neighbourhood) -> None:
    willow.minute(NOW + COLD)
    late = NOW + COLD + MINUTE
    assert willow.sensor("motion", DEAD, now=late) == "moved"
    assert (
        willow.sensor("bed", DEAD, now=late + MINUTE, device="willow-hub-1", sensor="willow-bed-1") == "late"
    )
    after = willow.vigil()
    row = AlertRow.get(*AlertRow.key("willow", str(after.open_alert)))
    assert (row.alert.state, after.moved_again) == ("open", False)
    lines = [each.entry for each in EntryRow.query(EntryRow.key.partition("willow", GRAN))]
    noted = [(each.at, each.words) for each in lines if each.what == "moved"]
    assert [at for at, _ in noted] == [late, late + MINUTE]
    assert all("a clock of 1970: it may have been before the alert" in words for _, words in noted)


def test_what_a_hub_without_a_clock_tells_of_the_night_is_not_of_now(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    due = willow.vigil().due_at
    for minutes in range(5):
        replayed = willow.message(
            "bed", DEAD + minutes * MINUTE, now=NOW + 9 * HOUR, device="willow-hub-1", sensor="willow-bed-1"
        )
        assert willow.deliver(replayed) == ["late"]
    assert willow.vigil().due_at == due
    assert "willow-bed-1 spoke 5 times with a clock of 1970" in duty_words("willow-bed-1")


def test_a_night_replayed_by_a_right_clock_is_late_and_no_doubt(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    assert willow.sensor("motion", NOW - 6 * HOUR, now=NOW + HOUR) == "late"
    assert willow.duties() == []


def test_a_sensor_that_is_right_again_settles_the_doubt(willow: Neighbourhood) -> None:
    willow.sensor("motion", DEAD, now=NOW)
    assert willow.duties() == ["doubted_sensor#willow-motion-1"]
    willow.sensor("motion", NOW + MINUTE)
    assert willow.duties() == []
    # And counts from the beginning, told of as news
    willow.sensor("motion", DEAD, now=NOW + HOUR)
    assert "spoke once" in duty_words("willow-motion-1")


def test_a_doubt_that_staff_have_settled_is_told_again_a_day_later(willow: Neighbourhood) -> None:
    willow.sensor("motion", DEAD, now=NOW)
    path = "/communities/willow/duties/doubted-sensor/willow-motion-1/settlement"
    body = {"note": "a new battery comes tomorrow", "since": NOW.isoformat()}
    assert willow.http(willow.app, "POST", path, body=body, now=NOW, **WILLOW_MANAGER).status == 204
    willow.sensor("motion", DEAD, now=NOW + HOUR)
    assert willow.duties() == []
    willow.sensor("motion", DEAD, now=NOW + 24 * HOUR)
    assert "spoke 3 times" in duty_words("willow-motion-1")


def test_a_duty_that_settles_itself_meanwhile_is_not_settled_by_hand_as_well(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    willow.sensor("motion", DEAD, now=NOW)
    path = "/communities/willow/duties/doubted-sensor/willow-motion-1/settlement"
    body = {"note": "a new battery", "since": NOW.isoformat()}
    meanwhile("TransactWriteItems", lambda: willow.sensor("motion", NOW + MINUTE))
    assert willow.http(willow.app, "POST", path, body=body, now=NOW, **WILLOW_MANAGER).status == 404
    lines = [each.entry for each in EntryRow.query(EntryRow.key.partition("willow", "willow-motion-1"))]
    assert [each.by for each in lines if each.what == "duty_settled"] == ["system"]


@pytest.mark.usefixtures("willow", "atomic")
def test_doubts_at_once_are_each_counted(willow: Neighbourhood) -> None:
    messages = [willow.message("motion", DEAD, now=NOW + n * MINUTE) for n in range(12)]
    with ThreadPoolExecutor(4) as workers:
        outcomes = [each for some in workers.map(willow.deliver, messages) for each in some]
    assert set(outcomes) <= {"moved", "late"}
    assert "spoke 12 times" in duty_words("willow-motion-1")
    assert willow.vigil().state.seen_at == NOW + 11 * MINUTE


def test_a_sensor_that_is_never_silent_is_told_to_staff_and_does_not_count(willow: Neighbourhood) -> None:
    # Given a motion sensor that fires every forty minutes, night and day
    for number in range(38):
        willow.sensor("motion", NOW + number * 40 * MINUTE, now=NOW + number * 40 * MINUTE)
    # Then it moves nothing any more, staff have to look at it, and whoever asks reads why
    later = NOW + 26 * HOUR
    assert willow.sensor("motion", later, now=later) == "not_counted"
    assert willow.vigil().state.doubted == ["willow-motion-1"]
    key = DutyRow.key("willow", "check_sensors", GRAN)
    duty = DutyRow.get(*key).duty
    assert duty.words == "motion (willow-motion-1) is never silent, or beats like a clock, and does not count"
    assert duty.words in willow.set_up()["cannot_tell"]
