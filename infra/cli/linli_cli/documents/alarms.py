"""The alarms of a service, from the templates that it is deployed by."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from linli_cli.deploy import wiring
from linli_cli.deploy.alarms import Alarm, alarms_of
from linli_cli.layout import ROOT
from linli_cli.reading.tables import codes, span_in_words, table

IN_WORDS = {
    "ApproximateAgeOfOldestMessage": "the oldest message waits, in s:",
    "ApproximateNumberOfMessagesVisible": "messages in the queue:",
    "Invocations": "runs:",
    "Errors": "attempts that end as `error`:",
}


def alarms(service: str, root: Path = ROOT) -> str:
    """When each alarm of a service rings, and what it says; and how long logs are kept."""
    said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for each in alarms_of(service, root):
        said[_when(each), _about(each)].append(_name(each, service))
    lines = [(codes(sorted(names)), when, about) for (when, about), names in said.items()]
    made = table(("alarm", "when", "what it says"), sorted(lines))
    named = (
        "Alarms are named `linli-<stage>-…` and go to the stage's topic; "
        "`linli runbook <alarm>` says what to do"
    )
    return f"{made}\n\n{named}; logs are kept for {wiring.LOG_RETENTION_DAYS} days."


def _name(alarm: Alarm, service: str) -> str:
    return alarm.name if alarm.name.startswith(service) else f"{service}-{alarm.name}"


def _about(alarm: Alarm) -> str:
    if alarm.kind == "errors":
        return "errors that nobody foresaw: read its actions' logs with `--errors`"
    if alarm.kind == "api":
        return "its HTTP API fails"
    if alarm.properties["MetricName"] == "ApproximateNumberOfMessagesVisible":
        return "a message could not be processed: look with `linli dlq list`"
    if alarm.properties["MetricName"] == "ApproximateAgeOfOldestMessage":
        return "messages wait: the worker stands still, or is too slow"
    return alarm.description


def _when(alarm: Alarm) -> str:
    properties = alarm.properties
    if alarm.kind == "api":
        return f"5xx of all answers, {_measure(properties)}"
    dimensions = {each["Name"]: each["Value"] for each in properties.get("Dimensions", [])}
    what = str(properties.get("MetricName", "a metric"))
    what = IN_WORDS.get(what, what)
    if "outcome" in dimensions:
        what = f"`{dimensions.get('action', 'any')}` ends as `{dimensions.get('outcome', 'any')}`"
    return f"{what} {_measure(properties)}"


def _measure(properties: Mapping[str, Any]) -> str:
    below = str(properties.get("ComparisonOperator", "")).startswith("LessThan")
    threshold = float(properties.get("Threshold", 0))
    period = span_in_words(timedelta(seconds=int(properties.get("Period", 0))))
    number = f"{threshold:.0%}" if properties.get("Statistic") == "Average" else f"{threshold:g}"
    periods = int(properties.get("EvaluationPeriods", 1))
    of = properties.get("DatapointsToAlarm", periods)
    times = f", {of} of {periods} times" if periods > 1 else ""
    return f"{'below' if below else 'above'} {number} in {period}{times}"
