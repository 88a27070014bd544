"""Care: whatever sensors, gates, meters, families and clocks do, somebody notices, and nobody too early."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from chalice.app import Chalice

from functions.care.calling.rows import AlertRow
from functions.care.intake.rows import HomeRow, SensorRow
from functions.care.tending.rows import DutyRow, VisitRow
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.rhythm import USUAL
from functions.care.watching.rows import StaffRow, StateRow
from functions.care.watching.state import RECENT, Silence
from functions.care.watching.store import Vigil
from linli.aws import client
from linli.communities import CommunityRow
from linli.due import TimedRow, due
from linli.events import Fact
from linli.registered import RegisteredRow
from linli.tables import Transaction
from linli.vocabulary.access import GatePassed
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import MembershipChanged, PlaceChanged
from linli.vocabulary.utilities import UseObserved
from tests.integration.conftest import STAGE, Http, Invoke, Service, dead_letters, published
from tests.integration.gateway import NOW
from tests.integration.messages import batch, rule_event, told
from tests.integration.neighbourhood import GRANNY, furnish_care
from tests.integration.neighbourhood import willow as willow_with
from tests.integration.people import MAPLE_MANAGER, WILLOW_MANAGER, WILLOW_RESIDENT, member

GRAN = "willow-resident-1"
AT = f"/communities/willow/watches/{GRAN}"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def usual(at: datetime) -> timedelta:
    """How long somebody is left in peace at that hour of whom nothing is known."""
    return USUAL[at.astimezone(ZoneInfo("Asia/Shanghai")).hour] * HOUR


COLD = usual(NOW)
DAUGHTER = member("willow-family-1", "willow", "family")


@pytest.fixture
def care(service: Service, http: Http, invoke: Invoke) -> Chalice:
    """Willow's first resident is watched over since eight hours ago."""
    app = service("care")
    furnish_care(app, http, invoke)
    return app


class Neighbourhood:
    """What happens, in the words of the tests."""

    def __init__(self, app: Chalice, http: Http, invoke: Invoke) -> None:
        self.app, self.http, self.invoke = app, http, invoke
        self.numbers = iter(range(1, 1_000_000))

    def sensor(self, kind: str, at: datetime, *, now: datetime | None = None, **more: Any) -> str:
        """A sensor speaks; returns the outcome."""
        return self.deliver(self.message(kind, at, now=now, **more))[0]

    def message(
        self,
        kind: str,
        at: datetime,
        *,
        now: datetime | None = None,
        device: str | None = None,
        event_id: str | None = None,
        **body: Any,
    ) -> dict[str, Any]:
        """The rule event of a sensor's message."""
        number = next(self.numbers)
        sent = {
            "event_id": event_id or f"e-{number}",
            "seq": number,
            "occurred_at": at.isoformat(),
            **body,
        }
        return rule_event(kind, sent, device or f"willow-{kind}-1", now=now or at)

    def deliver(self, *messages: dict[str, Any]) -> list[str]:
        answer = self.invoke(self.app, "signal", batch(*messages))
        assert answer["batchItemFailures"] == []
        return list(answer["outcomes"])

    def fact(self, function: str, *facts: Fact) -> list[str]:
        bodies = [told(each, f"fact-{next(self.numbers)}") for each in facts]
        return list(self.invoke(self.app, function, batch(*bodies))["outcomes"])

    def minute(self, now: datetime) -> list[str]:
        """A minute passes, and whatever the sweep leaves for `idle_alert` is done. Returns the outcomes."""
        tick = {
            "version": "0", "id": "tick", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "1", "time": now.isoformat(), "region": "r", "resources": [], "detail": {},
        }  # fmt: skip
        self.invoke(self.app, "sweep", tick)
        outcomes: list[str] = []
        for tasks in self.tasks("idle-alert"):
            outcomes += self.invoke(self.app, "idle_alert", batch(*tasks))["outcomes"]
        return outcomes

    def tasks(self, queue: str) -> Iterator[list[str]]:
        """What waits in a queue of the service, a batch at a time."""
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=f"linli-{STAGE}-care-{queue}")["QueueUrl"]
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
            yield [each["Body"] for each in found]

    def vigil(self, person: str = GRAN) -> Vigil:
        return watching.load("willow", person)

    def alerts(self) -> list[Any]:
        """The facts about alerts that were published."""
        return [event.data for event in published("willow") if event.type.startswith("linli.care.alert_")]

    def duties(self) -> list[str]:
        return [row.sk for row in DutyRow.query("willow#duties")]

    def set_up(self, person: str = GRAN, **settings: Any) -> Any:
        body = {**GRANNY, **settings}
        path = f"/communities/willow/watches/{person}"
        answer = self.http(self.app, "PUT", path, body=body, now=NOW - 8 * HOUR, **WILLOW_MANAGER)
        assert answer.status == 200, answer.body
        return answer.body


@pytest.fixture
def willow(care: Chalice, http: Http, invoke: Invoke) -> Neighbourhood:
    return Neighbourhood(care, http, invoke)


# From a sensor to the alert


def test_a_sign_moves_the_deadline_and_silence_opens_one_alert(willow: Neighbourhood) -> None:
    # Given a sign of life
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.vigil().due_at == NOW + COLD

    # When nobody moves until the deadline
    assert willow.minute(NOW + COLD - MINUTE) == []
    assert willow.alerts() == []
    assert willow.minute(NOW + COLD) == ["opened"]

    # Then there is one alert, and minutes later still one
    assert willow.minute(NOW + COLD + MINUTE) == []
    (alert,) = willow.alerts()
    assert (alert["person"], alert["reason"]) == (GRAN, "idle")
    row = AlertRow.get(*AlertRow.key("willow", alert["alert"]))
    assert row.alert.words.endswith("9 h so far; last sign: something moved, Mon 05 Jan 16:00")
    assert row.alert.due_at == NOW + COLD
    assert willow.vigil().open_alert == alert["alert"]
    assert willow.vigil().due_at is None


def test_a_sweep_that_was_missed_is_made_up_for_by_the_next(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    assert willow.minute(NOW + COLD + 3 * MINUTE) == ["opened"]


def test_a_task_that_is_delivered_twice_opens_one_alert(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    task = {
        "at": (NOW + COLD).isoformat(),
        "rows": [{"pk": f"willow#person#{GRAN}", "sk": "state", "kind": "watch_state"}],
    }
    answer = willow.invoke(willow.app, "idle_alert", batch(task, task))
    assert answer["outcomes"] == ["opened", "nothing_due"]
    assert len(willow.alerts()) == 1


def test_a_sign_that_comes_between_the_sweep_and_its_task_is_in_time(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    willow.sensor("motion", NOW)
    meanwhile("TransactWriteItems", lambda: willow.sensor("motion", NOW + COLD - MINUTE))
    assert willow.minute(NOW + COLD) == ["nothing_due"]
    assert willow.alerts() == []
    assert willow.vigil().state.seen_at == NOW + COLD - MINUTE


def test_a_call_for_help_that_comes_first_is_the_one_alert(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    def somebody_calls() -> None:
        transaction = Transaction()
        watching.hold(transaction, "willow", GRAN, "the-call", NOW + COLD)
        transaction.commit()

    willow.sensor("motion", NOW)
    meanwhile("TransactWriteItems", somebody_calls)
    assert willow.minute(NOW + COLD) == ["nothing_due"]
    assert willow.alerts() == []
    assert willow.vigil().open_alert == "the-call"


def test_the_reply_to_the_opening_is_lost_and_there_is_one_alert(
    willow: Neighbourhood, lose_reply: Callable[[str], None]
) -> None:
    willow.sensor("motion", NOW)
    lose_reply("TransactWriteItems")
    willow.minute(NOW + COLD)
    assert len(willow.alerts()) == 1


def test_the_reply_to_a_sign_is_lost_and_it_counts_once(
    willow: Neighbourhood, lose_reply: Callable[[str], None]
) -> None:
    lose_reply("UpdateItem")
    assert willow.sensor("motion", NOW) in {"moved", "repeated"}
    assert [each.at for each in willow.vigil().state.recent] == [NOW]


def test_one_who_cannot_be_judged_does_not_hold_up_the_others(
    willow: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    willow.set_up("willow-resident-2", home="b1/102", sensors=[])
    willow.sensor("motion", NOW - 8 * HOUR + MINUTE)
    load = watching.load

    def failing(community: str, person: str) -> Vigil:
        if person == GRAN:
            raise RuntimeError
        return load(community, person)

    monkeypatch.setattr(watching, "load", failing)
    assert willow.minute(NOW + COLD) == ["failed"]
    assert [alert["person"] for alert in willow.alerts()] == ["willow-resident-2"]


# Old, repeated, crowded, borrowed


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


# What other services tell


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


def used(medium: Any, since: datetime, home: str = "b1/101") -> UseObserved:
    until = since + 30 * MINUTE
    return UseObserved(
        community="willow",
        meter="m",
        medium=medium,
        home=home,
        since=since,
        until=until,
        quantity=Decimal("0.02"),
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


# Away


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


# Silent sensors


def fault(device: str, *, lost: bool = True, episode: str = "ep", kind: str = "lost") -> Fact:
    about: dict[str, Any] = {
        "community": "willow", "device": device, "kind": "sensor", "fault": kind, "episode": episode
    }  # fmt: skip
    return DeviceFaultRaised(**about, since=NOW) if lost else DeviceFaultCleared(**about, cleared_at=NOW)


def test_all_sensors_silent_is_a_duty_at_once_and_the_alert_still_on_time(willow: Neighbourhood) -> None:
    # Given a sign of life
    willow.sensor("motion", NOW - HOUR)
    due = willow.vigil().due_at

    # When one sensor after another is lost
    assert willow.fact("sensor_fault", fault("willow-door-1"), fault("willow-motion-1")) == [
        "taken_in",
        "taken_in",
    ]
    assert willow.duties() == []
    assert willow.fact("sensor_fault", fault("willow-hub-1")) == ["cannot_see"]

    # Then staff are to look, and the deadline is what it was
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    assert willow.vigil().due_at == due == NOW - HOUR + COLD
    assert willow.minute(NOW - HOUR + COLD) == ["opened"]
    (alert,) = willow.alerts()
    assert alert["reason"] == "cannot_see"


def test_a_sensor_that_is_back_settles_the_duty(willow: Neighbourhood) -> None:
    devices = ("willow-motion-1", "willow-door-1", "willow-bed-1")
    willow.fact("sensor_fault", *(fault(device) for device in devices))
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    assert willow.fact("sensor_fault", fault("willow-bed-1", lost=False)) == ["seen_again"]
    assert willow.duties() == []


def behind_the_hub(at: datetime, *, lost: bool, behind: list[str]) -> Fact:
    about: dict[str, Any] = {
        "community": "willow", "device": "willow-hub-9", "fault": "lost", "episode": "power", "behind": behind
    }  # fmt: skip
    if lost:
        return DeviceFaultRaised(**about, kind="gateway", since=at)
    return DeviceFaultCleared(**about, cleared_at=at)


def test_a_lost_gateway_blinds_whom_the_sensors_behind_it_serve(willow: Neighbourhood) -> None:
    # Given a gateway that the settings do not know of, as any that stands in the stairway
    seeing = ["willow-motion-1", "willow-bed-1"]

    # When it is lost, with all sensors that see the home
    assert willow.fact("sensor_fault", behind_the_hub(NOW, lost=True, behind=seeing)) == ["cannot_see"]
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    # Then they are silent until it is back with them, and not with others
    assert willow.fact("sensor_fault", behind_the_hub(NOW + HOUR, lost=False, behind=["other"])) == [
        "not_watched"
    ]
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    back = behind_the_hub(NOW + HOUR, lost=False, behind=seeing[:1])
    assert willow.fact("sensor_fault", back) == ["seen_again"]
    assert willow.duties() == []
    assert [each.device for each in willow.vigil().state.silent] == seeing[1:]


def test_a_sensor_that_speaks_again_settles_the_duty(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    seeing = ["willow-motion-1", "willow-bed-1"]
    willow.fact("sensor_fault", behind_the_hub(NOW, lost=True, behind=seeing))
    meanwhile("TransactWriteItems", lambda: willow.sensor("door", NOW + MINUTE))

    assert willow.sensor("motion", NOW + 2 * MINUTE) == "moved"

    assert willow.duties() == []
    assert willow.vigil().state.blind_since is None
    assert willow.vigil().state.seen_at == NOW + 2 * MINUTE


def test_faults_that_arrive_in_the_wrong_order_or_are_of_another_kind_blind_nobody(
    willow: Neighbourhood,
) -> None:
    assert willow.fact("sensor_fault", fault("willow-motion-1", lost=False), fault("willow-motion-1")) == [
        "taken_in",
        "unchanged",
    ]
    assert willow.fact("sensor_fault", fault("willow-door-1", kind="low-battery")) == ["not_ours"]
    assert willow.vigil().state.silent == []


def test_settings_without_the_lost_sensors_can_see_again(willow: Neighbourhood) -> None:
    devices = ("willow-motion-1", "willow-door-1", "willow-bed-1")
    willow.fact("sensor_fault", *(fault(device) for device in devices))
    willow.set_up(sensors=[{"device": "willow-motion-2", "kind": "motion"}])
    assert willow.duties() == []


# Settings


def test_what_cannot_be_told_is_said(willow: Neighbourhood) -> None:
    shown = willow.set_up(pets=True)
    assert shown["cannot_tell"] == ["motion may be a pet and does not count"]
    assert willow.sensor("motion", NOW) == "not_counted"
    assert willow.sensor("bed", NOW) == "moved"


def test_a_couple_shares_sensors_and_each_has_a_deadline(willow: Neighbourhood) -> None:
    willow.set_up(residents=2)
    willow.set_up("willow-resident-2", residents=2, counts=["motion"])
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.vigil().state.seen_at == NOW - 10 * HOUR
    assert willow.vigil("willow-resident-2").state.seen_at == NOW


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


def lives_here(version: int, *roles: str, person: str = GRAN) -> Fact:
    return MembershipChanged(community="willow", person=person, roles=list(roles), version=version)


def test_who_has_moved_out_is_watched_over_until_staff_have_ended_it(willow: Neighbourhood) -> None:
    # When the directory takes somebody's last role away
    assert willow.fact("community", lives_here(2), lives_here(2)) == ["moved_out", "duplicate"]

    # Then staff are asked, and whoever is there after all is still noticed
    assert willow.duties() == [f"moved_out#{GRAN}"]
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.minute(NOW + COLD) == ["opened"]


def test_ending_the_watch_answers_the_question(willow: Neighbourhood) -> None:
    willow.fact("community", lives_here(2))
    assert willow.http(willow.app, "DELETE", AT, now=NOW, **WILLOW_MANAGER).status == 204
    assert willow.duties() == []
    assert willow.minute(NOW + 40 * HOUR) == []


def test_a_clerks_mistake_takes_the_question_back(willow: Neighbourhood) -> None:
    assert willow.fact("community", lives_here(2), lives_here(4, "resident"), lives_here(3)) == [
        "moved_out",
        "moved_in_again",
        "duplicate",
    ]
    assert willow.duties() == []
    assert willow.vigil().due_at is not None


def test_nobody_is_asked_about_those_who_are_not_watched_over(willow: Neighbourhood) -> None:
    assert willow.fact("community", lives_here(2, person="willow-resident-2")) == ["member_kept"]
    assert willow.duties() == []


# The sweep


def test_the_sweep_reads_only_what_is_due(willow: Neighbourhood) -> None:
    willow.set_up("willow-resident-2", home="b1/102", sensors=[])
    willow.sensor("motion", NOW)
    found = [row.pk for row in due(TimedRow, NOW + 4 * HOUR, 10)]
    assert found == ["willow#person#willow-resident-2"]


def test_a_community_that_allows_more_by_now_puts_the_deadline_off(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    longer = willow_with(2, care={"default_hours": 14, "cap_hours": 14})
    assert willow.fact("community", longer) == ["community_kept"]
    assert willow.minute(NOW + HOUR)[-1:] == ["postponed"]
    longer_now = COLD * 14 / 12
    assert willow.vigil().listed_at == NOW + longer_now
    assert willow.minute(NOW + longer_now - MINUTE) == []
    assert willow.minute(NOW + longer_now) == ["opened"]


def test_a_new_alert_is_escalated_at_once_and_by_the_next_sweep_if_that_was_lost(
    willow: Neighbourhood,
) -> None:
    willow.minute(NOW + 3 * HOUR)
    alert = willow.vigil().open_alert
    for now in (NOW + 3 * HOUR, NOW + 3 * HOUR + MINUTE):
        ((task,),) = list(willow.tasks("escalation"))
        (row,) = json.loads(task)["rows"]
        assert (row["kind"], row["pk"], row["sk"]) == ("alert", f"willow#alert#{alert}", "alert")
        willow.minute(now + MINUTE)


# What must not stay wrong


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


def with_state(willow: Neighbourhood, text: Callable[[str], str]) -> None:
    """Rewrite the state as it is stored."""
    key = StateRow.key("willow", GRAN)
    client("dynamodb").update_item(
        TableName=f"linli-{STAGE}-care",
        Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": text(willow.vigil().state.model_dump_json())}},
    )


def test_a_state_that_newer_code_has_written_is_read_after_a_rollback(willow: Neighbourhood) -> None:
    with_state(willow, lambda state: state[:-1] + ',"of_newer_code":1}')
    assert willow.minute(NOW + COLD) == ["opened"]


def test_a_state_that_cannot_be_read_is_a_duty_and_holds_up_no_other(willow: Neighbourhood) -> None:
    willow.set_up("willow-resident-2", home="b1/102", sensors=[])
    with_state(willow, lambda _: '{"seen_at": 1}')
    assert willow.minute(NOW + 2 * COLD) == ["opened"]
    assert willow.duties() == [f"cannot_judge#{GRAN}"]
    assert willow.minute(NOW + 2 * COLD + MINUTE) == []
    assert willow.minute(NOW + 2 * COLD + HOUR) == ["cannot_judge"]


def test_a_lowered_cap_counts_for_who_is_silent_already(willow: Neighbourhood) -> None:
    willow.sensor("motion", NOW)
    policy = {"default_hours": 4, "cap_hours": 4, "floor_hours": 2}
    fact = willow_with(2, care=policy)
    assert willow.fact("community", fact) == ["community_kept"]
    assert willow.minute(NOW + HOUR) == ["spread", "postponed"]
    assert willow.minute(NOW + 4 * HOUR) == ["opened"]


def test_a_policy_that_leaves_care_as_it_was_makes_nobody_due(willow: Neighbourhood) -> None:
    known = CommunityRow.get(*CommunityRow.key("willow"))
    fact = willow_with(2).model_copy(update={"policies": known.policies.as_set()})
    assert willow.fact("community", fact) == ["community_kept"]
    assert list(willow.tasks("idle-alert")) == []


def test_a_second_watch_does_not_deafen_the_first(willow: Neighbourhood) -> None:
    path = "/communities/willow/watches/willow-resident-2"
    for sensor in ({"kind": "lamp"}, {"kind": "motion", "gateway": "willow-hub-1"}):
        body = {**GRANNY, "sensors": [{"device": "willow-motion-1", **sensor}]}
        answer = willow.http(willow.app, "PUT", path, body=body, now=NOW, **WILLOW_MANAGER)
        assert (answer.status, answer.body.get("sensor")) == (409, "willow-motion-1")
    willow.set_up("willow-resident-2", sensors=[{"device": "willow-motion-1", "kind": "motion"}])
    assert willow.sensor("motion", NOW) == "moved"


def test_sensors_that_are_lost_already_blind_a_watch_that_begins(willow: Neighbourhood) -> None:
    willow.fact("sensor_fault", fault("willow-motion-1"), fault("willow-bed-1"), fault("willow-lamp-9"))
    assert willow.http(willow.app, "DELETE", AT, now=NOW, **WILLOW_MANAGER).status == 204
    assert willow.duties() == []
    willow.set_up()
    willow.set_up("willow-resident-2", sensors=[{"device": "willow-lamp-9", "kind": "lamp"}])
    assert willow.duties() == [f"cannot_see#{GRAN}", "cannot_see#willow-resident-2"]
    assert willow.vigil().state.blind_since is not None


def test_old_motion_replayed_by_a_clock_that_is_ahead_is_only_noted(willow: Neighbourhood) -> None:
    willow.minute(NOW + COLD)
    late = NOW + COLD + MINUTE
    assert willow.sensor("motion", late + 5 * HOUR, now=late) == "moved"
    after = willow.vigil()
    row = AlertRow.get(*AlertRow.key("willow", str(after.open_alert)))
    assert (row.alert.state, after.moved_again) == ("open", False)
    (noted,) = [
        each for each in EntryRow.query(EntryRow.partition("willow", GRAN)) if each.entry.what == "moved"
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
    lines = [each.entry for each in EntryRow.query(EntryRow.partition("willow", GRAN))]
    assert any(each.what == "moved" and "too late" in each.words for each in lines)


def test_an_absence_is_in_the_timeline(willow: Neighbourhood) -> None:
    until = NOW + 72 * HOUR
    assert away(willow, until, **DAUGHTER).status == 200
    willow.sensor("motion", NOW + 5 * HOUR)
    lines = [each.entry for each in EntryRow.query(EntryRow.partition("willow", GRAN))]
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


def test_nobody_is_put_on_duty_as_what_they_are_not(willow: Neighbourhood) -> None:
    guard = MembershipChanged(community="willow", person="willow-guard-1", roles=["guard"], version=1)
    willow.fact("community", guard)
    path = "/communities/willow/duty_roster/willow-guard-1"
    body = {"capacity": "manager"}
    assert willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER).status == 409


def test_nobody_is_put_on_duty_whom_the_directory_does_not_know(willow: Neighbourhood) -> None:
    path, body = "/communities/willow/duty_roster/nobody-9", {"capacity": "manager"}
    refused = willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER)
    assert (refused.status, refused.problem) == (404, "unknown-person")
    known = MembershipChanged(community="willow", person="nobody-9", roles=["manager"], version=1)
    willow.fact("community", known)
    assert willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200
    # Nor anybody who has gone
    willow.fact("community", known.model_copy(update={"roles": [], "version": 2}))
    assert willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER).status == 409


def test_as_many_devices_as_a_watch_takes_can_all_be_replaced(willow: Neighbourhood) -> None:
    def ten(of: str) -> list[dict[str, str]]:
        return [{"device": f"{of}-{n}", "kind": "motion", "gateway": f"{of}-hub-{n}"} for n in range(10)]

    family = {"contacts": [{"name": "c", "person": f"c-{n}"} for n in range(5)]}
    willow.set_up(sensors=ten("a"), family=[f"a-{n}" for n in range(10)], **family)
    family = {"contacts": [{"name": "c", "person": f"d-{n}"} for n in range(5)]}
    willow.set_up(sensors=ten("b"), home="b9/901", family=[f"b-{n}" for n in range(10)], **family)
    body = {**GRANNY, "sensors": [*ten("b"), {"device": "one-more", "kind": "motion"}]}
    assert willow.http(willow.app, "PUT", AT, body=body, now=NOW, **WILLOW_MANAGER).status == 400


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


# A sensor whose clock is gone, or whose counter begins anew

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
    lines = [each.entry for each in EntryRow.query(EntryRow.partition("willow", GRAN))]
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
    lines = [each.entry for each in EntryRow.query(EntryRow.partition("willow", "willow-motion-1"))]
    assert [each.by for each in lines if each.what == "duty_settled"] == ["system"]


@pytest.mark.usefixtures("willow", "atomic")
def test_doubts_at_once_are_each_counted(willow: Neighbourhood) -> None:
    messages = [willow.message("motion", DEAD, now=NOW + n * MINUTE) for n in range(12)]
    with ThreadPoolExecutor(4) as workers:
        outcomes = [each for some in workers.map(willow.deliver, messages) for each in some]
    assert set(outcomes) <= {"moved", "late"}
    assert "spoke 12 times" in duty_words("willow-motion-1")
    assert willow.vigil().state.seen_at == NOW + 11 * MINUTE


# One device, one home


OTHER = "willow-resident-2"
BED = {"device": "willow-bed-1", "kind": "bed", "gateway": "willow-hub-1"}
HERS = {"residents": 2, "phone": None, "contacts": [], "family": [], "caregiver": None}


def put(willow: Neighbourhood, person: str = OTHER, **settings: Any) -> Any:
    path, body = f"/communities/willow/watches/{person}", {**GRANNY, **HERS, **settings}
    return willow.http(willow.app, "PUT", path, body=body, now=NOW, **WILLOW_MANAGER)


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


# One home a person


def lives_in(home: str | None, version: int, *roles: str) -> Fact:
    roles = roles or ("resident",)
    return MembershipChanged(community="willow", person=GRAN, roles=list(roles), home=home, version=version)


def test_whoever_moves_within_the_community_is_asked_about_and_no_meter_tells_of_them(
    willow: Neighbourhood,
) -> None:
    # When the directory has somebody in another home than their watch
    moved = lives_in("b2/202", 2)
    assert willow.fact("community", moved, moved) == ["moved_home", "duplicate"]

    # Then staff are to set the watch up there, and the next tenant's water is no sign of theirs
    duty = DutyRow.get(*DutyRow.key("willow", "moved_home", GRAN))
    assert willow.duties() == [f"moved_home#{GRAN}"]
    assert all(each in duty.duty.words for each in ("b1/101", "b2/202", "meters do not count"))
    assert (duty.due_at, duty.place) == (None, duty.duty.place)
    due = willow.vigil().due_at
    assert willow.fact("sign_of_life", used("water", NOW)) == ["not_counted"]
    assert willow.vigil().due_at == due

    # What they have with them counts, and the deadline is watched as before
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.minute(NOW + COLD) == ["opened"]


def test_the_next_tenants_water_answers_no_alert(willow: Neighbourhood) -> None:
    willow.fact("community", lives_in("b2/202", 2))
    willow.sensor("motion", NOW)
    willow.minute(NOW + COLD)
    assert willow.fact("sign_of_life", used("water", NOW + COLD + MINUTE)) == ["not_counted"]
    row = AlertRow.get(*AlertRow.key("willow", str(willow.vigil().open_alert)))
    assert row.alert.state == "open"


def test_a_watch_set_up_at_the_new_home_answers_the_question(willow: Neighbourhood) -> None:
    willow.fact("community", lives_in("b2/202", 2))
    assert put(willow, GRAN, pets=True).status == 200
    assert willow.duties() == [f"moved_home#{GRAN}"]
    willow.set_up(home="b2/202")
    assert willow.duties() == []
    assert willow.fact("sign_of_life", used("water", NOW, "b2/202")) == ["moved"]


def test_a_clerks_mistake_about_the_home_takes_the_question_back(willow: Neighbourhood) -> None:
    moved, back = lives_in("b2/202", 2), lives_in("b1/101", 4)
    assert willow.fact("community", moved, back, lives_in("b2/202", 3)) == [
        "moved_home", "home_agrees", "duplicate",
    ]  # fmt: skip
    assert willow.duties() == []
    assert willow.fact("sign_of_life", used("water", NOW)) == ["moved"]


def test_a_second_home_is_no_move_and_a_watch_in_either_is_right(willow: Neighbourhood) -> None:
    both = ["b2/202", "b1/101"]
    second = MembershipChanged(community="willow", person=GRAN, roles=["resident"], homes=both, version=2)
    assert willow.fact("community", second) == ["member_kept"]
    assert willow.duties() == []
    assert willow.fact("sign_of_life", used("water", NOW)) == ["moved"]

    # When the one that is watched is given up
    left = MembershipChanged(
        community="willow", person=GRAN, roles=["resident"], homes=["b2/202", "b3/303"], version=3
    )
    assert willow.fact("community", left) == ["moved_home"]
    words = DutyRow.get(*DutyRow.key("willow", "moved_home", GRAN)).duty.words
    assert "lives in b2/202 and b3/303" in words
    assert willow.fact("sign_of_life", used("water", NOW)) == ["not_counted"]


def place(name: str, version: int, unit: str | None = None) -> Fact:
    return PlaceChanged(community="willow", building="b1", unit=unit, name=name, version=version)


def test_staff_are_shown_what_people_call_a_home(willow: Neighbourhood) -> None:
    def shown() -> list[str | None]:
        lists = (
            willow.http(willow.app, "GET", f"/communities/willow/{each}", **WILLOW_MANAGER).body["items"]
            for each in ("watches", "rounds")
        )
        return [each.get("home_name") for items in lists for each in items if each["person"] == GRAN]

    assert shown() == [None, None]

    assert willow.fact("community", place("3号楼", 2), place("Building 1", 1)) == ["place_kept", "duplicate"]
    assert shown() == ["3号楼 101", "3号楼 101"]

    willow.fact("community", place("2单元101", 1, "101"))
    assert shown() == ["3号楼 2单元101", "3号楼 2单元101"]


def test_a_home_that_is_taken_away_in_so_many_words_is_gone(willow: Neighbourhood) -> None:
    facts = lives_in("b2/202", 2), lives_in(None, 3, "resident", "family"), lives_in("b3/303", 4)
    assert willow.fact("community", *facts) == ["moved_home", "home_agrees", "moved_home"]
    assert "b3/303" in DutyRow.get(*DutyRow.key("willow", "moved_home", GRAN)).duty.words


def test_who_has_moved_and_then_gone_is_the_same_in_whatever_order_that_is_told(
    willow: Neighbourhood,
) -> None:
    facts = [
        MembershipChanged(community="willow", person=GRAN, roles=["resident"], home="b2/202", version=2),
        MembershipChanged(community="willow", person=GRAN, roles=["resident"], home="b3/303", version=3),
        MembershipChanged(community="willow", person=GRAN, roles=[], version=4),
    ]
    for order in permutations(facts):
        willow.fact("community", *order, *order)
        row = StaffRow.get(*StaffRow.key("willow", GRAN), consistent_read=True)
        assert (row.home, row.roles, row.version, row.home_version) == ("b3/303", None, 4, 3)
        assert willow.duties() == [f"moved_out#{GRAN}"], "nobody is asked where somebody lives who has gone"
        row.delete()
        for duty in DutyRow.query("willow#duties"):
            duty.delete()


def test_an_older_home_told_late_does_not_ask_again_whether_somebody_has_gone(willow: Neighbourhood) -> None:
    gone = MembershipChanged(community="willow", person=GRAN, roles=[], version=4)
    willow.fact("community", gone)
    since = DutyRow.get(*DutyRow.key("willow", "moved_out", GRAN)).duty.since.isoformat()
    path = f"/communities/willow/duties/moved-out/{GRAN}/settlement"
    body = {"note": "she stays until spring", "since": since}
    assert willow.http(willow.app, "POST", path, body=body, **WILLOW_MANAGER).status == 204
    assert willow.fact("community", lives_in("b2/202", 2)) == ["member_kept"]
    assert willow.duties() == []


def test_a_watch_of_somebody_whom_the_directory_has_elsewhere_is_asked_about(willow: Neighbourhood) -> None:
    assert willow.http(willow.app, "DELETE", AT, **WILLOW_MANAGER).status == 204
    assert willow.fact("community", lives_in("b2/202", 2)) == ["member_kept"]
    willow.set_up()
    assert willow.duties() == [f"moved_home#{GRAN}"]
    assert willow.http(willow.app, "DELETE", AT, **WILLOW_MANAGER).status == 204
    assert willow.duties() == []


def test_a_move_that_is_told_while_the_watch_is_set_up_is_asked_about_as_it_ends(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    # The directory tells of a move while staff enter it
    outcomes: list[str] = []
    meanwhile("TransactWriteItems", lambda: outcomes.extend(willow.fact("community", lives_in("b2/202", 2))))
    willow.set_up(home="b2/202")
    assert (outcomes, willow.duties()) == (["moved_home"], [])

    # And staff enter another while the directory tells of it
    meanwhile("TransactWriteItems", lambda: willow.set_up(home="b3/303"))
    assert willow.fact("community", lives_in("b3/303", 3)) == ["home_agrees"]
    assert willow.duties() == []


def devices_tell(willow: Neighbourhood, at: datetime, *facts: Fact) -> list[str]:
    bodies = [told(each, f"device-{next(willow.numbers)}", at) for each in facts]
    return list(willow.invoke(willow.app, "sensor_fault", batch(*bodies))["outcomes"])


@pytest.mark.parametrize("fault_first", [True, False])
def test_who_revokes_dead_sensors_sees_no_more_than_before(willow: Neighbourhood, fault_first: bool) -> None:
    # Given a home that nobody sees, since all that would tell of it is lost
    seeing = ["willow-motion-1", "willow-bed-1"]
    devices_tell(willow, NOW, *(fault(each) for each in seeing))
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    # When staff revoke them, with which the faults are over
    at = NOW + HOUR
    for device in seeing:
        over = DeviceFaultCleared(
            community="willow", device=device, fault="lost", episode="ep", cleared_at=at
        )
        facts: list[Fact] = [DeviceRevoked(community="willow", device=device), over]
        devices_tell(willow, at, *(facts[::-1] if fault_first else facts))

    # Then they are to look, family reads so, and whoever sets up a watch with such a sensor is told
    assert willow.duties() == [f"cannot_see#{GRAN}"]
    relative = willow.http(willow.app, "GET", f"/communities/willow/relatives/{GRAN}", **DAUGHTER)
    assert relative.body["how"] == "cannot_see"
    assert willow.vigil().state.silent == [
        Silence(device=each, episode=f"revoked-{round(at.timestamp() * 1000)}", since=at) for each in seeing
    ]
    assert willow.http(willow.app, "DELETE", AT, now=at, **WILLOW_MANAGER).status == 204
    willow.set_up()
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    # Until one is registered anew
    anew = DeviceRegistered(community="willow", device=seeing[0], kind="infrared")
    assert devices_tell(willow, at + HOUR, anew) == ["seen_again"]
    assert willow.duties() == []


def test_a_sensor_revoked_behind_a_living_gateway_is_silent_until_it_speaks(willow: Neighbourhood) -> None:
    revoked = [DeviceRevoked(community="willow", device=f"willow-{kind}-1") for kind in ("motion", "bed")]
    assert devices_tell(willow, NOW, *revoked) == ["taken_in", "cannot_see"]
    willow.sensor("door", NOW + MINUTE)
    assert willow.duties() == [f"cannot_see#{GRAN}"]

    willow.sensor("bed", NOW + 2 * MINUTE, device="willow-hub-1", sensor="willow-bed-1")
    assert willow.duties() == []
    assert devices_tell(willow, NOW, revoked[1]) == ["unchanged"], "told again"


def test_a_device_that_is_registered_the_first_time_changes_nobody(willow: Neighbourhood) -> None:
    first = [
        DeviceRegistered(community="willow", device=each, kind="infrared") for each in ("new", "willow-hub-1")
    ]
    assert devices_tell(willow, NOW, *first) == ["not_watched", "taken_in"]
    assert willow.vigil().state.silent == []


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


@pytest.mark.parametrize(
    ("consent", "status"), [("口头", 200), ("档", 200), ("   ", 400), ("\u200b\u3000", 400)]
)
def test_a_consent_has_to_say_something_however_short(
    willow: Neighbourhood, consent: str, status: int
) -> None:
    answer = willow.http(willow.app, "PUT", AT, body=GRANNY | {"consent": consent}, now=NOW, **WILLOW_MANAGER)
    assert (answer.status, "consent" in answer.text) == (status, True)
