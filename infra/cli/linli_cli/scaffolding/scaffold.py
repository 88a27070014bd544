"""`python -m linli_cli.scaffolding.scaffold health/fever_check http|mqtt|sqs|bus`: a new action in full.

Writes the folder, its samples and its unit test, registers it, and gives it the queue, the dead-letter queue
and the rule that its trigger needs. A service that does not exist yet is made first. What it writes passes
`make check`; what it says is to be replaced.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, cast, get_args

from linli.events import envelope
from linli.vocabulary.directory import CommunityChanged
from linli_cli.develop import raw_events
from linli_cli.documents import readme
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

Trigger = Literal["http", "mqtt", "sqs", "bus"]
TEXTS = Path(__file__).parent
SERVICE_NAME = re.compile(r"[a-z]{2,20}")  # stands in `linli.<service>.<fact>.v1`
ACTION_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")  # Chalice makes FeverCheck of fever_check, and we the reverse
RESERVED = frozenset({"api", "live", "relay", "table"})  # names that every service's stacks use themselves
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
SERVICE_FILES = {
    "functions/{}/README.md": "service_readme",
    "infra/{}/app.py": "service_app",
    "infra/{}/resources.yaml": "service_resources",
    "infra/{}/state.yaml": "service_state",
}
MODULES = ("__init__", "handler", "domain", "models")
# What each of them begins as.
TEXT_OF: dict[Trigger, tuple[str, ...]] = {
    "http": ("http_init", "http_handler", "value_domain", "http_models"),
    "mqtt": ("mqtt_init", "mqtt_handler", "value_domain", "device_models"),
    "sqs": ("sqs_init", "sqs_handler", "value_domain", "device_models"),
    "bus": ("bus_init", "bus_handler", "bus_domain"),
}
STATE: dict[Trigger, tuple[str, ...]] = {
    "http": (),
    "mqtt": ("dead_letters",),
    "sqs": ("queue", "dead_letters"),
    "bus": ("queue", "dead_letters", "queue_policy"),
}
TABLE = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/linli-${Stage}-<<service>>"
REPLY = "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:topic/linli/*/*/<<action>>/reply"


@dataclass(frozen=True)
class Plan:
    """An action to be written."""

    service: str
    action: str
    trigger: Trigger
    root: Path

    @property
    def dashed(self) -> str:
        return self.action.replace("_", "-")

    def fill(self, text: str) -> str:
        """A text with the names of this action in it."""
        names = {
            "service": self.service,
            "action": self.action,
            "Action": "".join(part.capitalize() for part in self.action.split("_")),
            "Words": self.action.replace("_", " ").capitalize(),
            "dashed": self.dashed,
        }
        return re.sub(r"<<(\w+)>>", lambda found: names[found[1]], text)

    def text(self, name: str) -> str:
        """A text of the scaffolding for this action."""
        return self.fill((TEXTS / f"{name}.txt").read_text(encoding="utf-8"))

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target


def planned(name: str, trigger: str, root: Path = ROOT) -> Plan:
    """The plan for `<service>/<action>`. Raises CommandError for a name or trigger that cannot be."""
    service, _, action = name.partition("/")
    if not SERVICE_NAME.fullmatch(service) or not ACTION_NAME.fullmatch(action) or action in RESERVED:
        raise CommandError(
            f"NAME is <service>/<action> in lower-case letters, as health/fever_check, not {name!r}"
        )
    if trigger not in get_args(Trigger):
        raise CommandError(f"TRIGGER is one of {', '.join(get_args(Trigger))}, not {trigger!r}")
    if (root / "functions" / service / action).exists():
        raise CommandError(f"functions/{service}/{action} exists already")
    return Plan(service, action, cast("Trigger", trigger), root)


def scaffold(plan: Plan) -> list[Path]:
    """Write everything. Returns the paths that are new or changed."""
    written = [] if (plan.root / "infra" / plan.service / "app.py").exists() else new_service(plan)
    code = [
        plan.write(f"functions/{plan.service}/{plan.action}/{name}.py", plan.text(text))
        for name, text in zip(MODULES, TEXT_OF[plan.trigger], strict=False)
    ]
    test = "bus_test" if plan.trigger == "bus" else "value_test"
    code.append(plan.write(f"tests/unit/{plan.service}/test_{plan.action}.py", plan.text(test)))
    code.append(register(plan))
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements(plan)}, indent=2)
    written.append(plan.write(f"functions/{plan.service}/{plan.action}/policy.json", f"{policy}\n"))
    for case, event in samples(plan).items():
        text = json.dumps(event, indent=2, ensure_ascii=False)
        written.append(plan.write(f"events/{plan.service}/{plan.action}/{case}.json", f"{text}\n"))
    infra = Path("infra") / plan.service
    queues = "".join(plan.text(text) for text in STATE[plan.trigger])
    if queues:
        written.append(insert(plan.root / infra / "state.yaml", "  RelayDlq:", queues))
        written.append(
            insert(plan.root / infra / "resources.yaml", "  Relay:", plan.text(f"{plan.trigger}_rule"))
        )
    tidy(code)
    page = plan.root / "README.md"
    page.write_text(readme.renewed(page.read_text("utf-8"), plan.root), encoding="utf-8")
    return [*code, *written, page]


def new_service(plan: Plan) -> list[Path]:
    """A service without actions: its stacks, its README."""
    written = [plan.write(path.format(plan.service), plan.text(text)) for path, text in SERVICE_FILES.items()]
    name = json.dumps({"app_name": f"linli-{plan.service}"})
    written.append(plan.write(f"infra/{plan.service}/.chalice/config.json", f"{name}\n"))
    title = plan.service.capitalize()
    written.append(plan.write(f"functions/{plan.service}/__init__.py", f'"""{title}: what it is about."""\n'))
    return written


def register(plan: Plan) -> Path:
    """Import the action's blueprint in the service's app.py and register it before the relay."""
    path = plan.root / "infra" / plan.service / "app.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    module = f"functions.{plan.service}.{plan.action}"
    if any(".handler import blueprint as " in line for line in lines):
        importing, registering = f"from {module}.handler import blueprint as {plan.action}", plan.action
    else:
        importing, registering = f"from {module} import handler as {plan.action}", f"{plan.action}.blueprint"
    relay = next(
        number for number, line in enumerate(lines) if line.startswith("app.register_blueprint(relay")
    )
    lines.insert(relay, f"app.register_blueprint({registering})")
    first = next(
        number for number, line in enumerate(lines) if line.startswith(("from functions.", "from linli"))
    )
    lines.insert(first, importing)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def insert(path: Path, before: str, text: str) -> Path:
    """Put `text` before the line `before`. Raises CommandError when there is no such line."""
    head, found, tail = path.read_text(encoding="utf-8").partition(f"\n{before}\n")
    if not found:
        raise CommandError(f"infra/{path.parent.name}/{path.name} has no {before.strip()} to write before")
    path.write_text(f"{head}\n{text}{before}\n{tail}", encoding="utf-8")
    return path


def tidy(paths: list[Path]) -> None:
    """Sort imports and format, as `make check` wants it."""
    files = [str(path) for path in paths]
    for command in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *files], check=True)


def statements(plan: Plan) -> list[dict[str, Any]]:
    """What the function may do besides what follows from its trigger: see who speaks, and answer."""
    if plan.trigger in ("http", "bus"):
        return []
    resources = {
        name: {"Fn::Sub": plan.fill(text)} for name, text in (("WhoSpeaks", TABLE), ("Answer", REPLY))
    }
    granted = {"WhoSpeaks": ["dynamodb:BatchGetItem"], "Answer": ["iot:Publish"]}
    return [
        {"Sid": name, "Effect": "Allow", "Action": granted[name], "Resource": resource}
        for name, resource in resources.items()
    ]


def samples(plan: Plan) -> dict[str, Any]:
    """A normal, an edge and a malformed event of the trigger."""
    queue = f"linli-local-{plan.service}-{plan.dashed}"
    match plan.trigger:
        case "http":
            path = f"/communities/{{community}}/{plan.action}s"
            bodies: dict[str, Any] = {"normal": {"value": 20}, "edge_highest": {"value": 100}}
            bodies["malformed_unknown_field"] = {"value": 20, "colour": "red"}
            return {case: raw_events.request(path, body) for case, body in bodies.items()}
        case "mqtt":
            return device_events(plan)
        case "sqs":
            return {case: raw_events.batch(queue, event) for case, event in device_events(plan).items()}
        case "bus":
            return {case: raw_events.batch(queue, event) for case, event in facts().items()}


def device_events(plan: Plan) -> dict[str, Any]:
    told = {"event_id": "sample-1", "seq": 1, "occurred_at": "2026-01-05T07:59:59.500Z", "value": 20}
    payloads = {
        "normal": json.dumps(told).encode(),
        "edge_highest": json.dumps({**told, "event_id": "sample-2", "value": 100}).encode(),
        "malformed_not_json": b"value=20",
    }
    device = f"{raw_events.COMMUNITY}-meter-1"
    return {case: raw_events.rule_event(plan.action, device, payload) for case, payload in payloads.items()}


def facts() -> dict[str, Any]:
    def told(version: int) -> dict[str, Any]:
        fact = CommunityChanged(
            community=raw_events.COMMUNITY,
            company="acme",
            sub_district="riverside",
            time_zone="Asia/Shanghai",
            policies={},
            version=version,
        )
        event = envelope(fact, f"community:{raw_events.COMMUNITY}:{version}", NOW)
        return raw_events.on_the_bus(event.model_dump(mode="json"))

    malformed = told(3)
    del malformed["detail"]["data"]["time_zone"]
    return {"normal": told(1), "edge_later_version": told(2), "malformed_data": malformed}


def main() -> int:
    """Write the action, and say what is next."""
    name, trigger = [*sys.argv[1:], "", ""][:2]
    try:
        plan = planned(name, trigger or "http")
        for path in scaffold(plan):
            print(f"  {path.relative_to(plan.root)}")
        subprocess.run(
            [sys.executable, "-m", "linli_cli.documents.readme", "--write"], check=True, cwd=plan.root
        )
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"Next: say in functions/{plan.service}/{plan.action}/__init__.py what it does, and write domain.py."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
