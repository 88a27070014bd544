"""A backlog calls nobody sooner, and a sweep that stands still is noticed."""

from datetime import UTC, datetime

import pytest

from functions.care.watching import store as watching
from linli.escalation import client as calling_client
from linli_cli.deploy import templates
from localstack.sandbox.server import Request, Response
from tests.integration.calling_out import (  # noqa: F401  the fixtures
    BUTTON,
    DAUGHTER,
    DAUGHTERS,
    GRAN,
    HERS,
    HOUR,
    MINUTE,
    NIGHT,
    House,
    dies,
    gateways_that_call,
    inhabited,
    replies_to_devices,
    silent,
    written_by_newer_code,
)
from tests.integration.conftest import ROOT
from tests.integration.gateway import NOW
from tests.integration.messages import batch
from tests.integration.neighbourhood import GRANNY
from tests.integration.people import WILLOW_MANAGER


def test_a_backlog_of_tasks_calls_nobody_sooner(house: House) -> None:
    # Given an alert at which the person is asked, and a worker that stands still for twenty minutes
    opened = silent(house)
    waiting: list[tuple[datetime, str]] = []
    for minutes in range(1, 21):
        at = opened + minutes * MINUTE
        house.tick("sweep", at)
        waiting += [(at, task) for task in house.tasks("escalation")]
    assert len(waiting) > 10
    # When it works off what waits, within seconds
    done = opened + 20 * MINUTE
    outcomes = [
        outcome
        for sent, task in waiting
        for outcome in house.invoke(house.app, "escalation", batch(task, sent=sent, first=done))["outcomes"]
    ]
    # Then one step is taken, with the time of now
    assert house.gateways.sent == [(GRAN, "push"), (HERS, "voice")]
    assert house.alert.due_at == done + 5 * MINUTE
    assert outcomes.count("late") > 10


def test_the_sweeps_task_that_comes_again_is_dropped_and_the_buttons_is_not(house: House) -> None:
    at = NOW + 2 * HOUR
    house.tick("sweep", at)
    for task in house.tasks("idle-alert"):
        again = batch(task, sent=at, times=2)
        assert house.invoke(house.app, "idle_alert", again)["outcomes"] == ["late"]
    assert watching.load("willow", GRAN).open_alert is None
    house.press(at)
    (task,) = house.tasks("escalation")
    late = batch(task, sent=at, first=at + 10 * MINUTE)
    assert house.invoke(house.app, "escalation", late)["outcomes"] == ["called"]
    assert house.gateways.sent[0] == (DAUGHTER, "push")
    assert house.alert.due_at == at + 12 * MINUTE


def test_a_message_is_signed_with_the_time_at_which_it_is_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = datetime(2026, 1, 5, 12, tzinfo=UTC)
    monkeypatch.setattr(calling_client, "signing_time", lambda: sent)
    house.gateways.are("timeless")
    stamps: list[str] = []
    take = house.gateways.exchange.take

    def noted(request: Request) -> Response:
        stamps.append(request.headers["webhook-timestamp"])
        return take(request)

    house.gateways.serve(noted)
    silent(house)
    assert stamps == [str(int(sent.timestamp()))]
    # And a gateway that goes by the standard does not believe what is hours old
    house.gateways.are("normal")
    house.minute(NOW + 2 * HOUR + 5 * MINUTE)
    assert house.gateways.sent == [(GRAN, "push")]


def test_a_sweep_that_is_missed_twice_is_noticed_without_it(house: House) -> None:
    assert house.tick("watchdog", NOW) == "sweep_missed", "it has never run"
    house.tick("sweep", NOW)
    assert house.tick("watchdog", NOW + MINUTE) == "sweep_runs"
    assert house.tick("watchdog", NOW + 2 * MINUTE) == "sweep_missed"
    house.tick("sweep", NOW + 3 * MINUTE)
    house.tick("sweep", NOW + MINUTE)  # an old run that is tried again does not set it back
    assert house.tick("watchdog", NOW + 4 * MINUTE) == "sweep_runs"


def test_a_sweep_that_fails_leaves_no_beat(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.tick("sweep", NOW)
    monkeypatch.setattr("linli.escalation.tasks.due", dies)
    with pytest.raises(RuntimeError):
        house.tick("sweep", NOW + MINUTE)
    assert house.tick("watchdog", NOW + 2 * MINUTE) == "sweep_missed"


def test_cloudwatch_alarms_when_sweep_or_watchdog_are_silent_for_two_minutes() -> None:
    template = templates.load(ROOT / "infra" / "care" / "resources.yaml")
    alarms = {
        name: each["Properties"] for name, each in templates.of_type(template, "AWS::CloudWatch::Alarm")
    }
    for name, function in (("SweepSilentAlarm", "sweep"), ("WatchdogSilentAlarm", "watchdog")):
        alarm = alarms[name]
        assert (alarm["TreatMissingData"], alarm["ComparisonOperator"]) == ("breaching", "LessThanThreshold")
        assert (alarm["Period"], alarm["EvaluationPeriods"], alarm["Threshold"]) == (60, 2, 1)
        assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", "Invocations")
        assert function in str(alarm["Dimensions"])
    missed = {each["Name"]: each["Value"] for each in alarms["SweepMissedAlarm"]["Dimensions"]}
    assert missed == {"service": "care", "action": "watchdog", "outcome": "sweep_missed"}


def test_whoever_can_be_read_on_the_roster_is_called(house: House) -> None:
    house.press(NIGHT, "p-1")
    written_by_newer_code(
        ("willow#roster", "willow-manager-9"),
        kind="roster",
        on_duty='{"person": "m", "capacity": "director"}',
    )
    house.work()
    assert {to for to, _ in house.gateways.sent} >= {DAUGHTER, DAUGHTERS}


def test_a_contact_is_called_at_each_of_their_numbers(house: House) -> None:
    office = "+8613800000003"
    numbers = [{"name": "Daughter", "phone": phone, "person": DAUGHTER} for phone in (DAUGHTERS, office)]
    watch = {**GRANNY, "sensors": [*GRANNY["sensors"], BUTTON], "contacts": numbers}
    assert house.call("PUT", f"watches/{GRAN}", WILLOW_MANAGER, body=watch).status == 200
    house.press(NOW)
    for minutes in range(5):
        house.minute(NOW + minutes * MINUTE)
    told = house.gateways.sent
    assert {to for to, channel in told if channel == "voice"} >= {DAUGHTERS, office}
    assert len({each for each in told if each == (DAUGHTER, "push")}) == 1
