"""`python -m linli_cli.scaffolding.scaffold health/fever_check http|mqtt|sqs|bus`: a new action in full.

Writes the folder, its samples, its tests, and, with a route, its permissions and who has them; what its
trigger needs is derived from it. A service that does not exist yet is made first. With `noun` for a trigger
it writes a noun. What it writes passes `make check` and its replay; what it says is to be replaced.
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
from linli_cli.develop.readable import readable
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

Trigger = Literal["http", "mqtt", "sqs", "bus"]
TEXTS = Path(__file__).parent
SERVICE_NAME = re.compile(r"[a-z]{2,20}")  # stands in `linli.<service>.<fact>.v1`
ACTION_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")  # Chalice makes FeverCheck of fever_check, and we the reverse
RESERVED = frozenset({"api", "live", "relay", "table"})  # names that every service's stacks use themselves
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
MODULES = ("__init__", "handler", "domain", "models", "store")
# What each of them begins as.
TEXT_OF: dict[Trigger, tuple[str, ...]] = {
    "http": ("http_init", "http_handler", "http_domain", "http_models", "http_store"),
    "mqtt": ("mqtt_init", "mqtt_handler", "value_domain", "device_models"),
    "sqs": ("sqs_init", "sqs_handler", "value_domain", "device_models"),
    "bus": ("bus_init", "bus_handler", "bus_domain"),
}
TEST_OF: dict[Trigger, str] = {
    "http": "http_test",
    "mqtt": "value_test",
    "sqs": "value_test",
    "bus": "bus_test",
}
NOUN = {"__init__": "noun_init", "models": "noun_models", "opening": "noun_opening"}
NOUN |= {"rows": "noun_rows", "store": "noun_store"}
GATES_AND_MONEY = ("access", "payments", "utilities")  # where what changes something is asked afresh
MAY_READ, MAY_CREATE = "rgpcmo..", "....mo.."  # as the isolation table has it
MAY = "MAY: dict[str, str] = {\n"
READERS = ("RESIDENT", "GUARD", "REPAIRER", "CAREGIVER", "MANAGER", "OPERATOR")
WRITERS = ("MANAGER", "OPERATOR")
ISOLATION = "tests/integration/isolation/{}.py"
WHOLE_SETS = "tests/unit/linli/test_permissions.py"
TO_WRITE: dict[str, str] = {
    "http": "what one is (models.py), its rule (domain.py), who may (permissions.py and the two tables)",
    "mqtt": "what the device says (models.py), its rule (domain.py), which kinds are believed (handler.py)",
    "sqs": "what the device says (models.py), its rule (domain.py), which kinds are believed (handler.py)",
    "bus": "which facts it takes (handler.py) and what they change (domain.py, store.py)",
    "noun": "what one is (models.py, rows.py), its rule (opening.py, named for what it decides)",
}
TABLE = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/linli-${Stage}-<<service>>"
HERE = "${AWS::Region}:${AWS::AccountId}"
KEYS = f"arn:${{AWS::Partition}}:secretsmanager:{HERE}:secret:linli/${{Stage}}/cursor-key-??????"
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
            "words": self.action.replace("_", " "),
            "many": many(self.action),
            "MANY": many(self.action).upper(),
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


def many(word: str) -> str:
    """The plural, as paths have it."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def scaffold(plan: Plan) -> list[Path]:
    """Write everything. Returns the paths that are new or changed."""
    written = [] if (plan.root / "functions" / plan.service / "README.md").exists() else new_service(plan)
    code = [
        plan.write(f"functions/{plan.service}/{plan.action}/{name}.py", plan.text(text))
        for name, text in zip(MODULES, TEXT_OF[plan.trigger], strict=False)
    ]
    test = f"tests/unit/{plan.service}/test_{plan.action}.py"
    code.append(plan.write(test, plan.text(TEST_OF[plan.trigger])))
    if plan.trigger == "http":
        test = f"tests/integration/test_{plan.service}_{plan.action}.py"
        code += [plan.write(test, plan.text("http_integration")), *permitted(plan)]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements(plan)}, indent=2)
    written.append(plan.write(f"functions/{plan.service}/{plan.action}/policy.json", f"{policy}\n"))
    for case, event in samples(plan).items():
        text = json.dumps(readable(event), indent=2, ensure_ascii=False)
        written.append(plan.write(f"events/{plan.service}/{plan.action}/{case}.json", f"{text}\n"))
    tidy(code)
    return [*code, *written]


def noun(plan: Plan) -> list[Path]:
    """Write a noun, which actions of a service share. Raises CommandError where there is no such service."""
    if not (plan.root / "functions" / plan.service / "README.md").exists():
        raise CommandError(f"there is no service {plan.service} yet: make an action of it first")
    code = [
        plan.write(f"functions/{plan.service}/{plan.action}/{name}.py", plan.text(text))
        for name, text in NOUN.items()
    ]
    test = f"tests/unit/{plan.service}/{plan.action}/test_opening.py"
    code.append(plan.write(test, plan.text("noun_test")))
    tidy(code)
    return code


def new_service(plan: Plan) -> list[Path]:
    """A service without actions: its README. Its stacks are derived."""
    title = plan.service.capitalize()
    readme_text = plan.text("service_readme")
    return [
        plan.write(f"functions/{plan.service}/README.md", readme_text),
        plan.write(f"functions/{plan.service}/__init__.py", f'"""{title}: what it is about."""\n'),
        plan.write(
            f"functions/{plan.service}/permissions.py",
            f'"""Who may do what in {plan.service}. No other service asks."""\n',
        ),
        plan.write(
            ISOLATION.format(plan.service),
            plan.text("service_isolation"),
        ),
    ]


def permitted(plan: Plan) -> list[Path]:
    """Two permissions, and who has them in the two tables that are written by hand."""
    path, name = plan.root / "functions" / plan.service / "permissions.py", many(plan.action)
    text = path.read_text(encoding="utf-8")
    begin, end = text.index('"""'), text.index('"""', text.index('"""') + 3) + 3
    fresh = ", fresh=True" if plan.service in GATES_AND_MONEY else ""
    said = (
        f'READ_{name.upper()} = Permission("{name}:read", EVERYONE)\n'
        f'CREATE_{name.upper()} = Permission("{name}:create", RUNNING_IT{fresh})\n'
    )
    head = "\n\nfrom linli.permissions import EVERYONE, RUNNING_IT, Permission\n"
    path.write_text(f"{text[begin:end]}{head}{text[end:].rstrip()}\n{said}", encoding="utf-8")
    route = f"/communities/{{community}}/{name}"
    rows = f'    "GET {route}": "{MAY_READ}",\n    "POST {route}": "{MAY_CREATE}",\n'
    isolation = after(plan.root / ISOLATION.format(plan.service), MAY, rows)
    sets = plan.root / WHOLE_SETS
    for role in READERS:
        after(sets, f"    Role.{role}: {{\n", f'        "{name}:read",\n')
    for role in WRITERS:
        after(sets, f"    Role.{role}: {{\n", f'        "{name}:create",\n')
    return [path, isolation, sets]


def after(path: Path, line: str, text: str) -> Path:
    """Put `text` after a line, with its type or without. Raises CommandError when there is none."""
    whole = path.read_text(encoding="utf-8").replace("= {}\n", "= {\n}\n")
    found = next((each for each in (line, line.replace(": dict[str, str]", "")) if each in whole), "")
    head, _, tail = whole.partition(found) if found else (whole, "", "")
    if not found:
        raise CommandError(f"{path.name} has no line {line.strip()} to write after")
    path.write_text(f"{head}{found}{text}{tail}", encoding="utf-8")
    return path


def tidy(paths: list[Path]) -> None:
    """Sort imports and format, as `make check` wants it."""
    files = [str(path) for path in paths]
    for command in (["check", "--quiet", "--select", "I,F811", "--fix"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *files], check=True)


def statements(plan: Plan) -> list[dict[str, Any]]:
    """What the function may do besides what follows from its trigger: with a route, its rows and the key of
    cursors; behind a topic, see who speaks, and answer.
    """
    granted = {
        "http": {
            "Rows": (["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Query"], TABLE),
            "Keys": (["secretsmanager:GetSecretValue"], KEYS),
        },
        "mqtt": {"WhoSpeaks": (["dynamodb:BatchGetItem"], TABLE), "Answer": (["iot:Publish"], REPLY)},
    }
    rights = granted.get("mqtt" if plan.trigger == "sqs" else plan.trigger, {})
    return [
        {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": {"Fn::Sub": plan.fill(resource)}}
        for name, (actions, resource) in rights.items()
    ]


def samples(plan: Plan) -> dict[str, Any]:
    """A normal, an edge and a malformed event of the trigger."""
    queue = f"linli-local-{plan.service}-{plan.dashed}"
    match plan.trigger:
        case "http":
            path = f"/communities/{{community}}/{many(plan.action)}"
            bodies: dict[str, Any] = {"normal": {"text": "The lift of building 1 rests on Tuesday."}}
            bodies["edge_spaces"] = {"text": "  The lift\u3000rests\n on  Tuesday. "}
            bodies["refused_blank"] = {"text": " \u3000 "}
            bodies["malformed_unknown_field"] = {"text": "The lift rests.", "colour": "red"}
            written = {case: raw_events.request(path, body) for case, body in bodies.items()}
            return written | {"normal_list": raw_events.request(path, None, method="GET")}
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
    """Write the action or the noun, and say what is left to write."""
    name, trigger = [*sys.argv[1:], "", ""][:2]
    try:
        plan = planned(name, "http" if trigger == "noun" else trigger or "http")
        paths = noun(plan) if trigger == "noun" else scaffold(plan)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths:
        print(f"  {path.relative_to(plan.root)}")
    renewing = [sys.executable, "-m", "linli_cli.documents.readme", "--write"]
    if subprocess.run(renewing, check=False, cwd=plan.root).returncode:
        print("What is made from the code is not yet: run `make format`", file=sys.stderr)
        return 1
    left = TO_WRITE[trigger or "http"]
    print(f"Left to write in functions/{plan.service}/{plan.action}/: its sentences (__init__.py), {left}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
