"""Dashboards: whatever a widget shows is there: a metric that something emits, an alarm, a log group."""

import json
import re
from functools import cache
from typing import Any

import pytest

from linli.observability import observed
from linli_cli.deploy import dashboards, packaging, wiring
from linli_cli.deploy.alarms import alarms_of
from linli_cli.deploy.packaging import foundation_template, package
from linli_cli.deploy.templates import Template, load, of_type, text_of
from linli_cli.layout import projects, projects_of, services

FREE_METRICS = 50  # of a dashboard that AWS charges nothing for, three in an account
# What AWS publishes of a resource, by its namespace: the dimensions, and the metrics that we show.
PUBLISHED = {
    "AWS/Lambda": ({"FunctionName"}, {"Invocations", "Errors", "Throttles", "Duration"}),
    "AWS/SQS": ({"QueueName"}, {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}),
    "AWS/ApiGateway": ({"ApiName", "Stage"}, {"Count", "4XXError", "5XXError", "Latency"}),
    "AWS/DynamoDB": (
        {"TableName"},
        {
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "WriteThrottleEvents",
        },
    ),
}
NAMED = {
    "AWS/Lambda": ("AWS::Serverless::Function", "FunctionName"),
    "AWS/SQS": ("AWS::SQS::Queue", "QueueName"),
    "AWS/ApiGateway": ("AWS::Serverless::Api", "Name"),
    "AWS/DynamoDB": ("AWS::DynamoDB::Table", "TableName"),
}


@cache
def parts(service: str) -> list[Template]:
    """All templates of a service as they are deployed."""
    return [
        packaging.state_template(service),
        *(load(package(each).template) for each in projects_of(service)),
    ]


def body(resource: dict[str, Any]) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = json.loads(resource["Properties"]["DashboardBody"]["Fn::Sub"])["widgets"]
    return widgets


def of_service(service: str) -> list[dict[str, Any]]:
    ((_, resource),) = of_type(load(package(service).template), dashboards.DASHBOARD)
    return body(resource)


def of_stage() -> list[dict[str, Any]]:
    ((_, resource),) = of_type(foundation_template(), dashboards.DASHBOARD)
    return body(resource)


def metrics(widgets: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of each metric that is shown."""
    shown = [each for widget in widgets for each in widget["properties"].get("metrics", [])]
    plain = [[text for text in each if isinstance(text, str)] for each in shown]
    return [(space, name, dict(zip(rest[::2], rest[1::2], strict=True))) for space, name, *rest in plain]


def there(service: str, namespace: str) -> set[str]:
    """The names of what AWS publishes metrics of."""
    kind, said = NAMED[namespace]
    return {
        text_of(each["Properties"].get(said)) for part in parts(service) for _, each in of_type(part, kind)
    }


def emitted(service: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The metrics that the actions of a service emit, by emitting them: as deployed, each counted outcome,
    and an error that nobody foresaw.
    """
    monkeypatch.setenv("LINLI_SERVICE", service)
    capsys.readouterr()
    for project in projects_of(service):
        variables = load(package(project).template)["Globals"]["Function"]["Environment"]["Variables"]
        monkeypatch.setenv("LINLI_COUNTED", variables["LINLI_COUNTED"])
        for each in variables["LINLI_COUNTED"].split():
            action, outcome = each.split(":")
            with observed(action, "1") as attempt:
                attempt.outcome = outcome
        with pytest.raises(ZeroDivisionError), observed("anything", "1"):
            raise ZeroDivisionError
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    found = set()
    for line in lines:
        (said,) = line["_aws"]["CloudWatchMetrics"]
        dimensions = {name: line[name] for name in said["Dimensions"][0]}
        found.add(json.dumps([said["Namespace"], said["Metrics"][0]["Name"], dimensions], sort_keys=True))
    return found


@pytest.mark.parametrize("service", services())
def test_a_dashboard_shows_metrics_that_are_emitted(
    service: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = emitted(service, capsys, monkeypatch)
    shown = metrics(of_service(service))

    assert {space for space, _, _ in shown} == {"Linli", *PUBLISHED}
    for space, name, dimensions in shown:
        if space == "Linli":
            assert json.dumps([space, name, dimensions], sort_keys=True) in ours
            continue
        names, known = PUBLISHED[space]
        assert (name in known, set(dimensions)) == (True, names)
        assert next(iter(dimensions.values())) in there(service, space)


@pytest.mark.parametrize("service", services())
def test_a_dashboard_shows_all_that_there_is_of_a_service(service: str) -> None:
    shown = {
        (space, next(iter(dimensions.values()))) for space, _, dimensions in metrics(of_service(service))
    }

    for space in PUBLISHED:
        assert {name for where, name in shown if where == space} == there(service, space)


def test_the_dashboard_of_a_stage_shows_each_service_and_costs_nothing() -> None:
    shown = metrics(of_stage())

    assert {dimensions["service"] for space, _, dimensions in shown if space == "Linli"} == set(services())
    apis = {dimensions["ApiName"] for space, _, dimensions in shown if space == "AWS/ApiGateway"}
    assert apis == {f"linli-${{Stage}}-{each}-api" for each in projects()}
    assert apis == set().union(*(there(each, "AWS/ApiGateway") for each in services()))
    assert len(shown) <= FREE_METRICS


def alarm_names(widgets: list[dict[str, Any]]) -> list[str]:
    arns = [each for widget in widgets for each in widget["properties"].get("alarms", [])]
    return [each.rpartition(":linli-${Stage}-")[2] for each in arns]


@pytest.mark.parametrize("service", services())
def test_every_alarm_is_seen_once_on_its_dashboard(service: str) -> None:
    deployed = {
        wiring.alarm_name(each["Properties"])
        for part in parts(service)
        for _, each in of_type(part, wiring.ALARM)
    }

    assert sorted(alarm_names(of_service(service))) == sorted(deployed)


def test_every_alarm_is_seen_once_on_that_of_the_stage() -> None:
    all_of_them = sorted(each.name for service in services() for each in alarms_of(service))

    assert sorted(alarm_names(of_stage())) == all_of_them


@pytest.mark.parametrize("service", services())
def test_a_count_of_outcomes_reads_log_groups_that_are_there(service: str) -> None:
    groups = {
        text_of(each["Properties"]["LogGroupName"])
        for part in parts(service)
        for _, each in of_type(part, "AWS::Logs::LogGroup")
    }
    (query,) = [each["properties"]["query"] for each in of_service(service) if each["type"] == "log"]

    assert set(re.findall(r"SOURCE '([^']+)'", query)) == groups
    assert len(groups) <= 50  # which a query takes


@pytest.mark.parametrize("widgets", [of_stage, *(lambda each=each: of_service(each) for each in services())])
def test_widgets_stand_side_by_side_in_the_region_of_the_stage(widgets: Any) -> None:
    places = [(each["x"], each["y"]) for each in widgets()]

    assert len(set(places)) == len(places)
    for each in widgets():
        assert each["x"] + each["width"] <= 24
        assert each["type"] == "alarm" or each["properties"]["region"] == "${AWS::Region}"
        assert each["properties"]["title"]


def test_dashboards_of_services_cost_money_and_are_asked_for() -> None:
    template = load(package("care").template)

    assert template["Parameters"]["Dashboards"]["Default"] == "stage"
    assert template["Resources"]["Dashboard"]["Condition"] == "HasDashboards"
    assert foundation_template()["Resources"]["Dashboard"]["Condition"] == "HasDashboard"
