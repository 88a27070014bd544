"""The alarms of a service, from the templates that it is deployed by, with their runbooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linli_cli.deploy import runbooks, templates, wiring
from linli_cli.deploy.packaging import alarm_resources
from linli_cli.layout import ROOT


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
    return [_of(each, kind) for each, kind in alarm_resources(service, root)]


def _of(resource: dict[str, Any], kind: str = "own") -> Alarm:
    properties = resource["Properties"]
    about = properties.get("AlarmDescription", "")
    about = about if isinstance(about, str) else templates.text_of(about).partition(runbooks.POINTS)[0]
    runbook = resource.get("Metadata", {}).get(runbooks.KEY, {})
    return Alarm(wiring.alarm_name(properties), about, runbook, properties, kind)
