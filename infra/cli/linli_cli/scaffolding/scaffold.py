"""`python -m linli_cli.scaffolding.scaffold health/fever_check http|mqtt|sqs|bus`: a new action in full.

Writes the folder, its samples, its tests, its permissions and who has them, and which devices may say it;
what its trigger needs is derived from it. A service that does not exist yet is made first, and one that
devices have not spoken to yet takes in their registry. With `noun` for a trigger it writes a noun, and its
place in the layers. What it writes passes `make check` and its replay; what it says is to be replaced.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast, get_args

from linli.events import Fact, envelope
from linli.vocabulary.devices import DeviceFaultRaised, DeviceRegistered, DeviceRevoked
from linli_cli.develop import raw_events
from linli_cli.develop.actions import nouns
from linli_cli.develop.readable import readable
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

Trigger = Literal["http", "mqtt", "sqs", "bus"]
TEXTS = Path(__file__).parent
SERVICE_NAME = re.compile(r"[a-z]{2,20}")  # stands in `linli.<service>.<fact>.v1`
ACTION_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*")  # Chalice makes FeverCheck of fever_check, and we the reverse
KIND = re.compile(r'discriminator="(\w+)"')
RESERVED = frozenset({"api", "live", "relay", "table"})  # names that every service's stacks use themselves
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
FAULT = DeviceFaultRaised(
    community=raw_events.COMMUNITY,
    device=f"{raw_events.COMMUNITY}-hub-1",
    kind="gateway",
    fault="lost",
    episode="lost-1767599000000",
    since=NOW,
)
UNSEEN = FAULT.model_copy(update={"behind": [f"{raw_events.COMMUNITY}-bed-1"]})
FAULTS: dict[str, Fact] = {"normal": FAULT, "edge_with_all_behind_it": UNSEEN, "malformed_data": FAULT}
SAMPLED = {"community": raw_events.COMMUNITY, "device": f"{raw_events.COMMUNITY}-sample-1", "kind": "meter"}
REGISTRY: dict[str, Fact] = {
    "normal": DeviceRegistered(**SAMPLED, version=2),
    "edge_revoked": DeviceRevoked(**SAMPLED, version=3),
    "malformed_data": DeviceRegistered(**SAMPLED, version=4),
}
MODULES = ("__init__", "handler", "domain", "models", "store")
# What each of them begins as.
TEXT_OF: dict[Trigger, tuple[str, ...]] = {
    "http": ("http_init", "http_handler", "http_domain", "http_models", "http_store"),
    "mqtt": ("mqtt_init", "mqtt_handler", "value_domain", "device_models", "device_store"),
    "sqs": ("sqs_init", "sqs_handler", "value_domain", "device_models", "device_store"),
    "bus": ("bus_init", "bus_handler", "bus_domain", "bus_models", "bus_store"),
}
# The tests of its rule, and of what it keeps.
TESTS_OF: dict[Trigger, tuple[str, str]] = {
    "http": ("http_test", "http_integration"),
    "mqtt": ("value_test", "device_integration"),
    "sqs": ("value_test", "device_integration"),
    "bus": ("bus_test", "bus_integration"),
}
OF_DEVICES = ("mqtt", "sqs")
# What the tests of a device's action send, and how they read what became of it.
SENT: dict[bool, dict[str, str]] = {
    True: {
        "wrap": "batch, ",
        "wrapped": 'batch(rule_event("<<action>>", body, "willow-meter-1"))',
        "outcome": 'answer["outcomes"][0]',
    },
    False: {
        "wrap": "",
        "wrapped": 'rule_event("<<action>>", body, "willow-meter-1")',
        "outcome": 'answer["outcome"]',
    },
}
NOUN = {"__init__": "noun_init", "models": "noun_models", "opening": "noun_opening"}
NOUN |= {"rows": "noun_rows", "store": "noun_store"}
LAYERS = """
[[tool.importlinter.contracts]]
name = "nouns of <<service>>"
type = "layers"
containers = ["functions.<<service>>"]
layers = ["<layers>"]
"""
GATES_AND_MONEY = ("access", "payments", "utilities")  # where what changes something is asked afresh
MAY_READ, MAY_CREATE = "rgpcmo..", "....mo.."  # as the isolation table has it
MAY = "MAY: dict[str, str] = {\n"
READERS = ("RESIDENT", "GUARD", "REPAIRER", "CAREGIVER", "MANAGER", "OPERATOR")
WRITERS = ("MANAGER", "OPERATOR")
DEVICE_KINDS = "tests/integration/test_device_kinds.py"
ISOLATION = "tests/integration/isolation/{}.py"
USAGE = "infra/cli/linli_cli/cost/community.yaml"
GUESSED = "guessed: say how often, and why so"
WHOLE_SETS = "tests/unit/linli/test_permissions.py"
TO_WRITE: dict[str, str] = {
    "http": "what one is (models.py), its rule (domain.py), how long it is kept (store.py)",
    "mqtt": "what the device says (models.py), its rule (domain.py), how long it is kept (store.py), "
    "which kinds are believed (handler.py and tests/integration/test_device_kinds.py)",
    "sqs": "what the device says (models.py), its rule (domain.py), how long it is kept (store.py), "
    "which kinds are believed (handler.py and tests/integration/test_device_kinds.py)",
    "bus": "which facts it takes (handler.py), its rule (domain.py), what is kept and how long (models.py, "
    "store.py)",
    "noun": "what it is (__init__.py), what one is (models.py, rows.py), its rule (opening.py, named "
    "for what it decides), its place in the layers (pyproject.toml: the lowest, for now)",
}
WHO_MAY = (
    "who may (permissions.py, tests/integration/isolation/<<service>>.py, "
    "tests/unit/linli/test_permissions.py)"
)
NEW_SERVICE = (
    "what the service is about (functions/<<service>>/__init__.py in English and Chinese, and README.md "
    "but for what is made)"
)
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

    @property
    def queue(self) -> str:
        return f"linli-local-{self.service}-{self.dashed}"

    @property
    def of_a_new_service(self) -> bool:
        return not (self.root / "functions" / self.service / "README.md").exists()

    @cached_property
    def kind(self) -> str:
        """What its rows are called: no other service's rows are, nor its own others."""
        return f"{self.service}_{self.action}" if self.action in kinds(self.root) else self.action

    @property
    def permission(self) -> str:
        """What its permissions are called before the colon: no others are."""
        name = many(self.action)
        given = (self.root / WHOLE_SETS).read_text(encoding="utf-8")
        return f"{self.service}-{name}" if f'"{name}:' in given else name

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
            "kind": self.kind,
        }
        for name, sent in SENT[self.trigger == "sqs"].items():
            text = text.replace(f"<<{name}>>", sent)
        return re.sub(r"<<(\w+)>>", lambda found: names[found[1]], text)

    def text(self, name: str) -> str:
        """A text of the scaffolding for this action."""
        return self.fill((TEXTS / f"{name}.txt").read_text(encoding="utf-8"))

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def write_json(self, path: str, content: Any) -> Path:
        return self.write(path, f"{json.dumps(content, indent=2, ensure_ascii=False)}\n")


def planned(name: str, trigger: str, root: Path = ROOT) -> Plan:
    """The plan for `<service>/<action>`. Raises CommandError for a name or trigger that cannot be."""
    service, _, action = name.partition("/")
    if not SERVICE_NAME.fullmatch(service) or not ACTION_NAME.fullmatch(action) or action in RESERVED:
        raise CommandError(
            f"NAME is <service>/<action> in lower-case letters, as health/fever_check, not {name!r}"
        )
    if trigger not in get_args(Trigger):
        raise CommandError(f"TRIGGER is one of {', '.join(get_args(Trigger))}, not {trigger!r}")
    if has_code(root / "functions" / service / action):
        raise CommandError(f"functions/{service}/{action} exists already")
    if trigger in OF_DEVICES and f'"{action}"' in (root / DEVICE_KINDS).read_text(encoding="utf-8"):
        raise CommandError(f"devices publish on {action} already, for another action: it needs another name")
    return Plan(service, action, cast("Trigger", trigger), root)


def has_code(folder: Path) -> bool:
    """Whether a folder is more than the bytecode that git leaves of one that it has removed."""
    return any(folder.glob("*.py"))


def kinds(root: Path) -> set[str]:
    """What rows are called already."""
    paths = [*(root / "functions").rglob("*.py"), *(root / "layers/core/python").rglob("*.py")]
    return {kind for path in paths for kind in KIND.findall(path.read_text(encoding="utf-8"))}


def many(word: str) -> str:
    """The plural, as paths have it."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def scaffold(plan: Plan) -> list[Path]:
    """Write everything. Returns the paths that are new or changed."""
    written = new_service(plan) if plan.of_a_new_service else []
    if plan.trigger in OF_DEVICES:
        written += [*registry(plan), *believed(plan)]
    folder = f"functions/{plan.service}/{plan.action}"
    code = [
        plan.write(f"{folder}/{name}.py", plan.text(text))
        for name, text in zip(MODULES, TEXT_OF[plan.trigger], strict=False)
    ]
    unit, integration = TESTS_OF[plan.trigger]
    code.append(plan.write(f"tests/unit/{plan.service}/test_{plan.action}.py", plan.text(unit)))
    test = f"tests/integration/test_{plan.service}_{plan.action}.py"
    code += [plan.write(test, plan.text(integration)), *permitted(plan)]
    written += [
        plan.write_json(f"{folder}/policy.json", policy(statements(plan))),
        *sampled(plan, samples(plan)),
    ]
    if plan.trigger != "bus":  # how often a fact comes is known
        written.append(costed(plan))
    tidy([path for path in (*code, *written) if path.suffix == ".py"])
    return list(dict.fromkeys((*code, *written)))


def registry(plan: Plan) -> list[Path]:
    """The action that takes in which devices there are, unless the service has one."""
    folder = plan.root / "functions" / plan.service
    if any("registered.keep(" in path.read_text(encoding="utf-8") for path in folder.glob("*/handler.py")):
        return []
    keeper = replace(
        plan, action="registry" if has_code(folder / "community") else "community", trigger="bus"
    )
    place = f"functions/{keeper.service}/{keeper.action}"
    return [
        keeper.write(f"{place}/__init__.py", keeper.text("registry_init")),
        keeper.write(f"{place}/handler.py", keeper.text("registry_handler")),
        keeper.write_json(
            f"{place}/policy.json", policy([granted("KeepCopy", ["dynamodb:PutItem"], TABLE, plan)])
        ),
        *sampled(keeper, facts(keeper, REGISTRY)),
    ]


def believed(plan: Plan) -> list[Path]:
    """That a meter may say it, in the table that is written by hand, with a good message."""
    path = plan.root / DEVICE_KINDS
    after(path, '    "meter": {', f'"{plan.action}", ')
    return [
        after(path, "BODIES: dict[str, dict[str, Any]] = {\n", f'    "{plan.action}": {{"value": 20}},\n')
    ]


def costed(plan: Plan) -> Path:
    """A guess of how often a day it happens, for `make cost`."""
    path = plan.root / USAGE
    guess = f'  {plan.service}/{plan.action}:\n    - {{sample: normal, a_day: 10, why: "{GUESSED}"}}\n'
    path.write_text(path.read_text(encoding="utf-8") + guess, encoding="utf-8")
    return path


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
    return [*code, *in_layers(plan)]


def in_layers(plan: Plan) -> list[Path]:
    """The noun's place in its service's layers, once there are two nouns: beside the lowest, since what is
    new imports nothing yet.
    """
    path = plan.root / "pyproject.toml"
    others = {each.name for each in nouns(plan.root) if each.parent.name == plan.service} - {plan.action}
    if not others:
        return []
    text = path.read_text(encoding="utf-8")
    head, found, tail = text.partition(f'containers = ["functions.{plan.service}"]\nlayers = [')
    if found:
        layers, end, rest = tail.partition("]\n")
        above, quote, after_last = layers.rpartition('"')
        beside = ":" if ":" in above.rpartition('"')[2] else "|"  # which of the two a layer has
        text = f"{head}{found}{above} {beside} {plan.action}{quote}{after_last}{end}{rest}"
    else:
        names = " | ".join(sorted({*others, plan.action}))
        text = f"{text.rstrip()}\n{plan.fill(LAYERS)}".replace("<layers>", names)
    path.write_text(text, encoding="utf-8")
    return [path]


def new_service(plan: Plan) -> list[Path]:
    """A service without actions: its README. Its stacks are derived."""
    title = plan.service.capitalize()
    readme_text = plan.text("service_readme")
    return [
        plan.write(f"functions/{plan.service}/README.md", readme_text),
        plan.write(
            f"functions/{plan.service}/__init__.py",
            f'"""{title}: what it is about.\n\n{title}：它做什么。\n"""\n',
        ),
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
    """Its permissions, and who has them in the two tables that are written by hand."""
    path, name = plan.root / "functions" / plan.service / "permissions.py", many(plan.action)
    text = path.read_text(encoding="utf-8")
    begin, end = text.index('"""'), text.index('"""', text.index('"""') + 3) + 3
    fresh = ", fresh=True" if plan.service in GATES_AND_MONEY else ""
    creates, called = plan.trigger == "http", plan.permission
    said = f'READ_{name.upper()} = Permission("{called}:read", {"EVERYONE" if creates else "RUNNING_IT"})\n'
    if creates:
        said += f'CREATE_{name.upper()} = Permission("{called}:create", RUNNING_IT{fresh})\n'
    head = f"\n\nfrom linli.permissions import {'EVERYONE, ' * creates}RUNNING_IT, Permission\n"
    path.write_text(f"{text[begin:end]}{head}{text[end:].rstrip()}\n{said}", encoding="utf-8")
    route = f"/communities/{{community}}/{name}"
    rows = f'    "GET {route}": "{MAY_READ if creates else MAY_CREATE}",\n'
    rows += f'    "POST {route}": "{MAY_CREATE}",\n' if creates else ""
    isolation = after(plan.root / ISOLATION.format(plan.service), MAY, rows)
    sets = plan.root / WHOLE_SETS
    for role in READERS if creates else WRITERS:
        after(sets, f"    Role.{role}: {{\n", f'        "{called}:read",\n')
    for role in WRITERS if creates else ():
        after(sets, f"    Role.{role}: {{\n", f'        "{called}:create",\n')
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
    """What the function may do besides what follows from its trigger: its rows and the key of cursors; of
    devices, see who speaks, and answer.
    """
    reads = [] if plan.trigger == "bus" else ["dynamodb:BatchGetItem"]
    rights = [
        granted("Rows", [*reads, "dynamodb:PutItem", "dynamodb:Query"], TABLE, plan),
        granted("Keys", ["secretsmanager:GetSecretValue"], KEYS, plan),
    ]
    if plan.trigger in OF_DEVICES:
        rights.append(granted("Answer", ["iot:Publish"], REPLY, plan))
    return rights


def granted(name: str, actions: list[str], resource: str, plan: Plan) -> dict[str, Any]:
    return {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": {"Fn::Sub": plan.fill(resource)}}


def policy(rights: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": rights}


def sampled(plan: Plan, events: dict[str, Any]) -> list[Path]:
    """Write samples as people read them."""
    folder = f"events/{plan.service}/{plan.action}"
    return [plan.write_json(f"{folder}/{case}.json", readable(event)) for case, event in events.items()]


def samples(plan: Plan) -> dict[str, Any]:
    """A normal, an edge and a malformed event of each trigger."""
    path = f"/communities/{{community}}/{many(plan.action)}"
    if plan.trigger == "http":
        bodies: dict[str, Any] = {"normal": {"text": "The lift of building 1 rests on Tuesday."}}
        bodies["edge_spaces"] = {"text": "  The lift\u3000rests\n on  Tuesday. "}
        bodies["refused_blank"] = {"text": " \u3000 "}
        bodies["malformed_unknown_field"] = {"text": "The lift rests.", "colour": "red"}
        written = {case: raw_events.request(path, body) for case, body in bodies.items()}
        return written | {"normal_list": raw_events.request(path, None, method="GET")}
    told = facts(plan, FAULTS) if plan.trigger == "bus" else device_events(plan)
    return told | {
        "normal_list": raw_events.request(path, None, method="GET"),
        "edge_list_of_one": raw_events.request(path, None, method="GET", query={"limit": "1"}),
        "malformed_cursor": raw_events.request(
            path, None, method="GET", query={"cursor": "nobody-signed-it"}
        ),
    }


def device_events(plan: Plan) -> dict[str, Any]:
    told = {"event_id": "sample-1", "seq": 1, "occurred_at": "2026-01-05T07:59:59.500Z", "value": 20}
    payloads = {
        "normal": json.dumps(told).encode(),
        "edge_highest": json.dumps({**told, "event_id": "sample-2", "value": 100}).encode(),
        "malformed_not_json": b"value=20",
    }
    device = f"{raw_events.COMMUNITY}-meter-1"
    events = {case: raw_events.rule_event(plan.action, device, each) for case, each in payloads.items()}
    if plan.trigger == "mqtt":
        return events
    return {case: raw_events.batch(plan.queue, event) for case, event in events.items()}


def facts(plan: Plan, told: dict[str, Fact]) -> dict[str, Any]:
    """What the bus puts into the action's queue; of a malformed one, without its device."""
    events = {}
    for case, fact in told.items():
        event = envelope(fact, f"sample:{plan.action}:{case}", NOW).model_dump(mode="json")
        if case.startswith("malformed"):
            del event["data"]["device"]
        events[case] = raw_events.batch(plan.queue, raw_events.on_the_bus(event))
    return events


def left_to_write(plan: Plan, trigger: str, *, is_new: bool) -> str:
    """What nobody but its author can say."""
    left = ["its sentences (__init__.py)"] if trigger != "noun" else []
    left += [TO_WRITE[trigger], *([plan.fill(WHO_MAY)] if trigger != "noun" else [])]
    left += [plan.fill(NEW_SERVICE)] if is_new else []
    return f"Left to write in functions/{plan.service}/{plan.action}/: {'; '.join(left)}."


def main() -> int:
    """Write the action or the noun, and say what is left to write."""
    name, trigger = [*sys.argv[1:], "", ""][:2]
    trigger = trigger or "http"
    try:
        plan = planned(name, "http" if trigger == "noun" else trigger)
        is_new = plan.of_a_new_service
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
    print(left_to_write(plan, trigger, is_new=is_new))
    return 0


if __name__ == "__main__":
    sys.exit(main())
