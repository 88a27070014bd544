"""The alarms of a service, from the templates that it is deployed by."""

from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from linli_cli.deploy import templates, wiring
from linli_cli.deploy.packaging import resources, state_template
from linli_cli.layout import ROOT, projects_of
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
    for properties in _declared(service, root):
        said[_when(properties), _about(properties)].append(_name(properties, service))
    errors = wiring.errors_alarm(service)["Properties"]
    said[_when(errors), "errors that nobody foresaw: read its actions' logs with `--errors`"].append(
        f"{service}-errors"
    )
    for project in projects_of(service, root):
        said["5xx of all answers, " + _measure(wiring.error_rate("", "")), "its HTTP API fails"].append(
            f"{project}-api-5xx"
        )
    lines = [(codes(sorted(names)), when, about) for (when, about), names in said.items()]
    made = table(("alarm", "when", "what it says"), sorted(lines))
    named = "Alarms are named `linli-<stage>-…` and go to the stage's topic"
    return f"{made}\n\n{named}; logs are kept for {wiring.LOG_RETENTION_DAYS} days."


def _declared(service: str, root: Path) -> list[dict[str, Any]]:
    found = [state_template(service, root)]
    found += [resources(project, root) for project in projects_of(service, root)]
    return [each["Properties"] for template in found for _, each in templates.of_type(template, wiring.ALARM)]


def _name(properties: dict[str, Any], service: str) -> str:
    text = templates.text_of(properties["AlarmName"]).removeprefix("linli-${Stage}-")
    return text if text.startswith(service) else f"{service}-{text}"


def _about(properties: dict[str, Any]) -> str:
    description = str(properties["AlarmDescription"])
    if properties["MetricName"] == "ApproximateNumberOfMessagesVisible":
        return "a message could not be processed: look with `linli dlq list`"
    if properties["MetricName"] == "ApproximateAgeOfOldestMessage":
        return "messages wait: the worker stands still, or is too slow"
    return description


def _when(properties: dict[str, Any]) -> str:
    dimensions = {each["Name"]: each["Value"] for each in properties.get("Dimensions", [])}
    what = str(properties.get("MetricName", "a metric"))
    what = IN_WORDS.get(what, what)
    if "outcome" in dimensions:
        what = f"`{dimensions.get('action', 'any')}` ends as `{dimensions.get('outcome', 'any')}`"
    return f"{what} {_measure(properties)}"


def _measure(properties: dict[str, Any]) -> str:
    below = str(properties.get("ComparisonOperator", "")).startswith("LessThan")
    threshold = float(properties.get("Threshold", 0))
    period = span_in_words(timedelta(seconds=int(properties.get("Period", 0))))
    number = f"{threshold:.0%}" if properties.get("Statistic") == "Average" else f"{threshold:g}"
    periods = int(properties.get("EvaluationPeriods", 1))
    of = properties.get("DatapointsToAlarm", periods)
    times = f", {of} of {periods} times" if periods > 1 else ""
    return f"{'below' if below else 'above'} {number} in {period}{times}"
