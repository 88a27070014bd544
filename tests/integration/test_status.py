"""`linli status`, on a cloud in the process: what needs somebody is told, what is unread hides nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from linli.escalation.beats import store as beats
from linli_cli.cloud import LOCAL, Cloud
from linli_cli.errors import CommandError
from linli_cli.main import app
from linli_cli.standing import readings, status
from linli_cli.standing.readings import PARTS, Line, told
from tests.integration.conftest import STAGE, Service
from tests.integration.gateway import NOW
from tests.integration.paying import (  # noqa: F401  the fixture
    AMOUNT,
    INTENTS,
    Till,
    furnished_till,
    paid,
)
from tests.integration.people import WILLOW_MANAGER
from tests.unit.payments import shop

EVERY_MINUTE = "rate(1 minute)"


@pytest.fixture
def stage(cloud: None) -> Cloud:  # noqa: ARG001  its effect is wanted
    return Cloud(STAGE, boto3.Session(region_name="eu-west-1"))


def acting(stage: Cloud, part: str) -> list[Line]:
    return [line for line in told(stage, NOW) if line.part == part and line.acts]


def test_a_stack_that_is_missing_names_its_deploy(stage: Cloud, service: Service) -> None:
    service("care")

    lines = acting(stage, "stacks")

    assert "care-state" not in {line.what for line in lines}
    assert ("care", "linli deploy care --stage test") in {(line.what, line.command) for line in lines}


def test_an_alarm_that_rings_names_its_runbook_and_others_do_not(stage: Cloud) -> None:
    cloudwatch = stage.client("cloudwatch")
    for name in ("linli-test-care-sweep-silent", "linli-test-care-errors", "linli-prod-care-errors"):
        cloudwatch.put_metric_alarm(
            AlarmName=name, ComparisonOperator="LessThanThreshold", EvaluationPeriods=1, Threshold=1,
            MetricName="Invocations", Namespace="AWS/Lambda", Period=60, Statistic="Sum",
        )  # fmt: skip
    for name in ("linli-test-care-sweep-silent", "linli-prod-care-errors"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="silence")

    (line,) = acting(stage, "alarms")

    assert (line.what, line.command) == (
        "care-sweep-silent", "linli runbook care-sweep-silent --stage test",
    )  # fmt: skip


def test_a_dead_letter_is_told_with_its_age_and_where_to_look(stage: Cloud, service: Service) -> None:
    service("health")
    sqs = stage.client("sqs")
    sqs.send_message(QueueUrl=queue(stage, "linli-test-health-fever-check-dlq"), MessageBody="{}")

    (line,) = acting(stage, "dead letters")

    assert line.what == "health-fever-check"
    assert line.state.startswith("1, the oldest ")
    assert line.command == "linli dlq list health-fever-check --stage test"


@pytest.mark.parametrize(("age_s", "acts"), [(40, False), (301, True), (7200, True)])
def test_a_queue_that_waits_is_told_with_the_age_of_its_oldest_message(
    stage: Cloud, service: Service, age_s: int, acts: bool
) -> None:
    service("health")
    name = "linli-test-health-fever-check"
    stage.client("sqs").send_message(QueueUrl=queue(stage, name), MessageBody="{}")
    stage.client("cloudwatch").put_metric_data(
        Namespace="AWS/SQS",
        MetricData=[
            {
                "MetricName": "ApproximateAgeOfOldestMessage",
                "Dimensions": [{"Name": "QueueName", "Value": name}],
                "Timestamp": NOW - timedelta(minutes=1),
                "Value": age_s,
            }
        ],
    )

    (line,) = [each for each in told(stage, NOW) if each.part == "queues" and each.command]

    assert (line.what, line.acts) == ("health-fever-check", acts)
    assert line.state.startswith("1, the oldest ")


def test_looking_costs_no_message_a_try(stage: Cloud, service: Service) -> None:
    service("health")
    url = queue(stage, "linli-test-health-fever-check")
    stage.client("sqs").send_message(QueueUrl=url, MessageBody="{}")

    told(stage, NOW)

    taken = stage.client("sqs").receive_message(QueueUrl=url, AttributeNames=["All"])["Messages"][0]
    assert taken["Attributes"]["ApproximateReceiveCount"] == "1"


@pytest.mark.parametrize(
    ("state", "said_ago_s", "acts"),
    [("ENABLED", 60, False), ("ENABLED", 600, True), ("ENABLED", None, True), ("DISABLED", 60, True)],
)
def test_a_sweep_that_is_silent_or_stopped_is_told(
    stage: Cloud, state: str, said_ago_s: int | None, acts: bool
) -> None:
    now = datetime.now(UTC)  # a log takes no line of another day
    events, logs, function = stage.client("events"), stage.client("logs"), "linli-test-devices-overdue"
    events.put_rule(Name="linli-test-devices-Overdue-1", ScheduleExpression=EVERY_MINUTE, State=state)
    arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{function}:live"
    events.put_targets(Rule="linli-test-devices-Overdue-1", Targets=[{"Id": "1", "Arn": arn}])
    if said_ago_s is not None:
        group = f"/aws/lambda/{function}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")
        at = int((now.timestamp() - said_ago_s) * 1000)
        logs.put_log_events(
            logGroupName=group, logStreamName="one", logEvents=[{"timestamp": at, "message": "START"}]
        )

    (line,) = [each for each in told(stage, now) if each.part == "sweeps"]

    assert (line.what, line.acts, bool(line.command)) == ("devices-overdue", acts, acts)
    assert state == "ENABLED" or line.command == (
        "aws events enable-rule --name linli-test-devices-Overdue-1 --region eu-west-1"
    )


@pytest.mark.parametrize(("ago_s", "acts"), [(None, True), (60, False), (120, True)])
def test_a_sweep_that_runs_and_does_not_go_through_is_told(
    stage: Cloud, service: Service, ago_s: int | None, acts: bool
) -> None:
    service("care")
    if ago_s is not None:
        beats.beat(NOW - timedelta(seconds=ago_s))

    (line,) = [each for each in told(stage, NOW) if each.part == "sweeps"]

    assert line.acts is acts


def test_a_stuck_refund_is_told_with_where_it_is(till: Till, stage: Cloud) -> None:
    till.owe()
    intent = till.order("wechat")
    till.deliver(paid("wechat", intent))
    path, headers = f"{INTENTS}/{intent}/refunds", {"Idempotency-Key": "once"}
    asked = till.http(till.app, "POST", path, body={}, headers=headers, **WILLOW_MANAGER).body["refund"]
    amount = {"total": AMOUNT, "refund": AMOUNT, "payer_total": AMOUNT, "payer_refund": AMOUNT}
    plain = shop.REFUNDED | {
        "out_trade_no": intent, "out_refund_no": asked, "amount": amount, "refund_status": "ABNORMAL",
    }  # fmt: skip
    assert acting(stage, "refunds") == []
    till.deliver(shop.called(plain, event="REFUND.ABNORMAL", notice="EV-a"))

    (line,) = acting(stage, "refunds")

    assert line.what == f"willow/{intent}/{asked}"
    assert line.command == "linli runbook payments-refunds-need-somebody --stage test"


@pytest.mark.parametrize(
    ("stage_of", "profile", "linli", "aws"),
    [
        ("prod", "ops", "linli status --stage prod --profile ops", "aws x --region eu-west-1 --profile ops"),
        ("prod", None, "linli status --stage prod", "aws x --region eu-west-1"),
        ("local", None, "linli status", "aws x --region eu-west-1 --endpoint-url http://127.0.0.1:4666"),
    ],
)
def test_a_command_that_helps_can_be_typed_as_it_is(
    stage_of: str, profile: str | None, linli: str, aws: str
) -> None:
    session = SimpleNamespace(profile_name=profile or "default", region_name="eu-west-1")
    cloud = Cloud(
        stage_of, cast("boto3.Session", session), "http://127.0.0.1:4666" if stage_of == LOCAL else None
    )

    assert readings.of_stage("linli status", cloud) == linli
    assert readings.of_aws("x", cloud) == aws


def refuse(*_: Any) -> Any:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not\nyours"}}, "Anything")


@pytest.mark.parametrize("part", list(PARTS))
def test_a_part_that_cannot_be_read_is_told_and_hides_no_other(
    stage: Cloud, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setitem(PARTS, part, refuse)

    lines = told(stage, NOW)

    (unread,) = [line for line in lines if line.part == part]
    assert unread.acts
    assert "cannot be read" in unread.state
    assert "\n" not in unread.state
    assert part == "stacks" or any(line.part == "stacks" for line in lines)


@pytest.mark.parametrize("acts", [True, False])
def test_the_exit_status_says_whether_somebody_must_act(monkeypatch: pytest.MonkeyPatch, acts: bool) -> None:
    monkeypatch.setattr(status, "connect", lambda *_: None)
    monkeypatch.setattr(readings, "told", lambda *_: [Line("alarms", "care-errors", "…", "linli …", acts)])

    answer = CliRunner().invoke(app, ["status", "--json"])

    assert isinstance(answer.exception, CommandError) is acts
    assert json.loads(answer.stdout)[0]["acts"] is acts


def queue(stage: Cloud, name: str) -> str:
    url: Callable[..., dict[str, str]] = stage.client("sqs").get_queue_url
    return url(QueueName=name)["QueueUrl"]
