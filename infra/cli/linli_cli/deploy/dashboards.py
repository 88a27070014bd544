"""Dashboards of CloudWatch, made of the templates of what they show: functions, queues, alarms. Pure, no I/O.

One for the stage, and one for each service where the parameter `Dashboards` asks for them: AWS gives an
account three with at most 50 metrics each, and charges for every further one.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from linli_cli.deploy.templates import Template, of_type, text_of

DASHBOARD = "AWS::CloudWatch::Dashboard"
OF_STAGE, OF_SERVICES = "HasDashboard", "HasDashboards"
COLUMNS, WIDE, HIGH = 24, 12, 6
ALARMS_AT_MOST = 100  # which one widget shows
REGION = "${AWS::Region}"
ALARM_ARN = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:linli-${Stage}-"
QUANTILES = ("p50", "p99")

Metric = list[Any]
Widget = dict[str, Any]


def of_stage(alarms: Mapping[str, Sequence[str]], apis: Sequence[str]) -> dict[str, Any]:
    """What of a whole stage is to be seen in a glance: the alarms of each service, its errors, its APIs."""
    widgets = [rung(service, names) for service, names in alarms.items()]
    widgets += [
        graph("errors that nobody foresaw", [errors(service) for service in alarms], "Sum"),
        graph("requests", [of_api(each, "Count") for each in apis], "Sum"),
        graph("requests that failed on our side, as a rate", [of_api(each, "5XXError") for each in apis]),
        graph("how long requests take, p99", [of_api(each, "Latency") for each in apis], "p99"),
    ]
    return resource("linli-${Stage}", widgets, OF_STAGE)


def of_service(
    service: str, projects: Sequence[str], parts: Sequence[Template], alarms: Sequence[str]
) -> dict[str, Any]:
    """All that a service has: its alarms, how its attempts end, functions, queues, APIs, its table.

    `parts`: the templates of its state and its projects, with all names said.
    """
    functions = names(parts, "AWS::Serverless::Function", "FunctionName")
    functions += [f"linli-${{Stage}}-{each}-api" for each in projects if each != service]
    queues = names(parts, "AWS::SQS::Queue", "QueueName")
    waiting = [each for each in queues if not each.endswith("-dlq")]
    letters = [each for each in queues if each.endswith("-dlq")]
    tables = names(parts, "AWS::DynamoDB::Table", "TableName")
    apis = [each for each in projects if f"linli-${{Stage}}-{each}-api" in functions]
    widgets = [
        rung(service, alarms),
        ends(functions),
        graph("what alarms look at", [errors(service), *counted(parts)], "Sum"),
        graph("calls", [of_function(each, "Invocations") for each in functions], "Sum"),
        graph("calls that failed", [of_function(each, "Errors") for each in functions], "Sum"),
        graph("calls that were throttled", [of_function(each, "Throttles") for each in functions], "Sum"),
        graph("how long calls take, p99, ms", [of_function(each, "Duration") for each in functions], "p99"),
        graph(
            "oldest message that waits, s",
            [of_queue(each, "ApproximateAgeOfOldestMessage") for each in waiting],
            "Maximum",
        ),
        graph(
            "dead letters",
            [of_queue(each, "ApproximateNumberOfMessagesVisible") for each in letters],
            "Maximum",
        ),
        graph(
            "requests, and those refused and failed",
            [of_api(each, name) for each in apis for name in ("Count", "4XXError", "5XXError")],
            "Sum",
        ),
        graph(
            "how long requests take, ms",
            [[*of_api(each, "Latency"), {"stat": stat}] for each in apis for stat in QUANTILES],
        ),
        graph(
            "capacity of the table",
            [of_table(each, f"Consumed{how}CapacityUnits") for each in tables for how in ("Read", "Write")],
            "Sum",
        ),
        graph(
            "throttles of the table",
            [of_table(each, f"{how}ThrottleEvents") for each in tables for how in ("Read", "Write")],
            "Sum",
        ),
    ]
    return resource(f"linli-${{Stage}}-{service}", [each for each in widgets if each], OF_SERVICES)


def names(parts: Iterable[Template], kind: str, said: str) -> list[str]:
    """The names of resources of a kind, as templates say them."""
    found = [text_of(each["Properties"].get(said)) for part in parts for _, each in of_type(part, kind)]
    return sorted(filter(None, found))


def counted(parts: Iterable[Template]) -> list[Metric]:
    """The outcomes that are metrics since alarms look at them."""
    found = {}
    for part in parts:
        for _, alarm in of_type(part, "AWS::CloudWatch::Alarm"):
            properties = alarm["Properties"]
            if properties.get("Namespace") == "Linli" and len(properties["Dimensions"]) > 1:
                dimensions = [
                    text for each in properties["Dimensions"] for text in (each["Name"], each["Value"])
                ]
                found[json.dumps(dimensions)] = ["Linli", properties["MetricName"], *dimensions]
    return [found[key] for key in sorted(found)]


def errors(service: str) -> Metric:
    """Errors that nobody foresaw, of a service."""
    return ["Linli", "Errors", "service", service]


def of_function(name: str, metric: str) -> Metric:
    """A metric of a function."""
    return ["AWS/Lambda", metric, "FunctionName", name]


def of_queue(name: str, metric: str) -> Metric:
    """A metric of a queue."""
    return ["AWS/SQS", metric, "QueueName", name]


def of_table(name: str, metric: str) -> Metric:
    """A metric of a table."""
    return ["AWS/DynamoDB", metric, "TableName", name]


def of_api(project: str, metric: str) -> Metric:
    """A metric of a project's HTTP API."""
    return ["AWS/ApiGateway", metric, "ApiName", f"linli-${{Stage}}-{project}-api", "Stage", "api"]


def graph(title: str, metrics: Sequence[Metric], stat: str = "Average") -> Widget:
    """Lines over time, five minutes each; nothing where there is nothing to show."""
    if not metrics:
        return {}
    shown = {"title": title, "region": REGION, "view": "timeSeries", "stat": stat, "period": 300}
    return {"type": "metric", "properties": {**shown, "metrics": list(metrics)}}


def rung(service: str, alarms: Sequence[str]) -> Widget:
    """How the alarms of a service stand; their descriptions name their runbooks."""
    arns = [f"{ALARM_ARN}{each}" for each in sorted(alarms)][:ALARMS_AT_MOST]
    return {"type": "alarm", "properties": {"title": service, "alarms": arns}}


def ends(functions: Sequence[str]) -> Widget:
    """How attempts ended, by action and outcome: no metric, but what Logs Insights counts when it is seen."""
    groups = " | ".join(f"SOURCE '/aws/lambda/{each}'" for each in functions)
    counts = "filter ispresent(outcome) | stats count() as attempts by action, outcome | sort attempts desc"
    shown = {"title": "how attempts ended", "region": REGION, "view": "table"}
    return {"type": "log", "properties": {**shown, "query": f"{groups} | {counts}"}}


def resource(name: str, widgets: Sequence[Widget], condition: str) -> dict[str, Any]:
    """A dashboard whose widgets stand side by side, two in a row."""
    placed = [
        {
            **each,
            "x": number * WIDE % COLUMNS,
            "y": number * WIDE // COLUMNS * HIGH,
            "width": WIDE,
            "height": HIGH,
        }
        for number, each in enumerate(widgets)
    ]
    body = json.dumps({"widgets": placed}, ensure_ascii=False)
    properties = {"DashboardName": {"Fn::Sub": name}, "DashboardBody": {"Fn::Sub": body}}
    return {"Type": DASHBOARD, "Condition": condition, "Properties": properties}
