"""The actions of the repository as their code declares them: what starts each, its sentences, its samples.

Read by the table in README.md, by tests/test_shape.py and by the OpenAPI document, so that none can differ.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from linli_cli.deploy import packaging, templates
from linli_cli.develop.readable import encoded
from linli_cli.develop.samples import case_in
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, actions_of, handlers, projects_of, service_of, services

Start = Literal["http", "mqtt", "queue", "schedule", "invocation"]
SENTENCES = ("Trigger", "Rule", "Result")
APPS: dict[str, Any] = {}
"""The Chalice apps of this process, by project: a blueprint is registered once."""


@dataclass(frozen=True)
class Sample:
    """A sample event. `case` is what its name says (`normal`, `edge`, …), or None when it says nothing."""

    path: Path
    case: str | None
    start: Start


@dataclass(frozen=True)
class Action:
    """An action: a folder of a service with a handler. One without is a noun."""

    service: str
    name: str
    folder: Path
    root: Path

    @property
    def title(self) -> str:
        return f"{self.service}/{self.name}"

    @property
    def docstring(self) -> str:
        path = self.folder / "__init__.py"
        return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "" if path.exists() else ""

    @property
    def sentences(self) -> dict[str, str]:
        """What follows `Trigger:`, `Rule:` and `Result:` in the docstring, each on one line."""
        labels = "|".join(SENTENCES)
        parts = re.split(rf"^({labels}):\s", self.docstring, flags=re.MULTILINE)
        return {label: " ".join(text.split()) for label, text in zip(parts[1::2], parts[2::2], strict=True)}

    @property
    def samples(self) -> list[Sample]:
        """Its sample events: the normal ones first, and of those the ones of its main trigger."""
        found = [sample_at(path) for path in (self.root / "events" / self.title).glob("*.json")]
        return sorted(found, key=lambda one: (one.case != "normal", one.start == "http", one.path.name))


def actions(root: Path = ROOT) -> list[Action]:
    """Every action of every service, in the order of their names."""
    return [
        Action(service, name, root / "functions" / service / name, root)
        for service in sorted(services(root))
        for name in handlers(service, root)
    ]


def nouns(root: Path = ROOT) -> list[Path]:
    """The folder of every noun of every service, and of those inside them: packages without a handler."""
    return [
        folder
        for service in sorted(services(root))
        for folder in sorted((root / "functions" / service).rglob("*"))
        if any(folder.glob("*.py")) and not (folder / "handler.py").exists()
    ]


def app_of(project: str, root: Path = ROOT) -> Any:
    """The Chalice app of a project. Raises CommandError with the reason when it cannot be imported."""
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if project not in APPS:
        from linli.apps import assembled  # noqa: PLC0415  most commands read no code of a service

        try:
            APPS[project] = assembled(project, actions_of(project, root))
        except Exception as error:
            where = f"functions/{service_of(project)}"
            raise CommandError(f"{where}: {type(error).__name__}: {error}") from error
    return APPS[project]


def starts(service: str, root: Path = ROOT) -> dict[str, set[Start]]:
    """What starts each registered action of a service."""
    found: dict[str, set[Start]] = {}
    by_rule = {rule.action for rule in topic_rules(service, root)}
    for app in (app_of(project, root) for project in projects_of(service, root)):
        for entry in routes(app):
            found.setdefault(entry.view_function.__module__.split(".")[-2], set()).add("http")
        for source in app.event_sources:
            if source.name != "relay":
                timed = type(source).__name__ == "ScheduledEventConfig"  # Chalice is imported with the app
                found.setdefault(source.name, set()).add("schedule" if timed else "queue")
        for function in app.pure_lambda_functions:
            found.setdefault(function.name, set()).add("mqtt" if function.name in by_rule else "invocation")
    return found


def routes(app: Any) -> Iterator[Any]:
    """Chalice's entry of every route and method of an app."""
    for methods in app.routes.values():
        yield from methods.values()


@dataclass(frozen=True)
class TopicRule:
    """A topic rule of a project: the action and the topic it is named for, and its SQL.

    The name is that of both, or `<action>__<topic>` where several topics lead to one action. `queued`: what
    is said waits in the action's queue; else its function is called.
    """

    project: str
    action: str
    topic: str
    sql: str
    queued: bool


def topic_rules(service: str, root: Path = ROOT) -> list[TopicRule]:
    """The rules by which what devices say comes to a service."""
    found = []
    for project in projects_of(service, root):
        template = packaging.resources(project, root)
        for logical_id, rule in templates.of_type(template, "AWS::IoT::TopicRule"):
            name = templates.text_of(rule["Properties"].get("RuleName"))
            label = name.removeprefix(f"linli_${{Stage}}_{service}_") if name else logical_id
            action, _, topic = label.partition("__")
            payload = rule["Properties"]["TopicRulePayload"]
            sql = " ".join(str(payload["Sql"]).split())
            queued = any("Sqs" in each for each in payload["Actions"])
            found.append(TopicRule(project, action, topic or action, sql, queued))
    return found


@dataclass(frozen=True)
class BusRule:
    """A rule of the bus that a service has, and the resources it names by what they are for.

    `name`, `queue` and `dead_letters` are actions; `pattern` is what it lets through.
    """

    name: str
    pattern: dict[str, Any]
    queue: str
    dead_letters: str


def bus_rules(service: str, root: Path = ROOT) -> list[BusRule]:
    """The rules by which facts come to a service."""
    found = []
    for template in (packaging.resources(project, root) for project in projects_of(service, root)):
        for _, rule in templates.of_type(template, "AWS::Events::Rule"):
            properties = rule["Properties"]
            if "EventPattern" not in properties:
                continue
            (target,) = properties["Targets"]
            name = templates.text_of(properties["Name"]).removeprefix(f"linli-${{Stage}}-{service}-")
            queue = named_for(target["Arn"])
            dead_letters = named_for(target["DeadLetterConfig"]["Arn"]).removesuffix("_dlq")
            found.append(BusRule(name.replace("-", "_"), properties["EventPattern"], queue, dead_letters))
    return found


def named_for(reference: Any) -> str:
    """What a reference is for, by its logical id: `!Ref GatePassDlqArn` and `!GetAtt GatePassDlq.Arn` are for
    `gate_pass_dlq`.
    """
    (name,) = set(templates.references(reference))
    return re.sub(r"(?<!^)(?=[A-Z])", "_", re.sub("(Arn|Url)$", "", name)).lower()


def sample_at(path: Path) -> Sample:
    """A sample event, told apart by its form: a raw event says what sent it."""
    event = encoded(json.loads(path.read_text(encoding="utf-8")))
    return Sample(path, case_in(path.stem), start_of(event))


def start_of(event: Any) -> Start:
    """What sends an event of this form. A rule event that is malformed still has a topic or a payload."""
    if isinstance(event, dict) and "httpMethod" in event:
        return "http"
    if isinstance(event, dict) and "Records" in event:
        return "queue"
    if isinstance(event, dict) and event.get("detail-type") == "Scheduled Event":
        return "schedule"
    if isinstance(event, dict) and {"payload", "topic", "client_id"} & event.keys():
        return "mqtt"
    return "invocation"
