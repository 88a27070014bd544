"""The alarms of a service, from the templates that it is deployed by, with their runbooks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linli_cli.deploy import runbooks, templates, wiring
from linli_cli.deploy.packaging import resources, state_template
from linli_cli.layout import ROOT, projects_of


@dataclass(frozen=True)
class Alarm:
    """An alarm: `name` without the stage's prefix; `kind` is whose it is: `errors`, `api`, or `own`."""

    name: str
    description: str
    runbook: Mapping[str, Any]
    properties: Mapping[str, Any]
    kind: str = "own"


def alarms_of(service: str, root: Path = ROOT) -> list[Alarm]:
    """All alarms of a service, those that every service has included."""
    found = [_of(each) for each in _declared(service, root)]
    found.append(_of(wiring.errors_alarm(service), "errors"))
    return found + [_of(wiring.api_alarm(project), "api") for project in projects_of(service, root)]


def _declared(service: str, root: Path) -> Iterator[dict[str, Any]]:
    found = [state_template(service, root)]
    found += [resources(project, root) for project in projects_of(service, root)]
    for template in found:
        for _, each in templates.of_type(template, wiring.ALARM):
            yield each


def _of(resource: dict[str, Any], kind: str = "own") -> Alarm:
    properties = resource["Properties"]
    about = properties.get("AlarmDescription", "")
    about = about if isinstance(about, str) else templates.text_of(about).partition(runbooks.POINTS)[0]
    runbook = resource.get("Metadata", {}).get(runbooks.KEY, {})
    return Alarm(wiring.alarm_name(properties), about, runbook, properties, kind)
