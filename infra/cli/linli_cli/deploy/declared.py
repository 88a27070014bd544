"""What the actions of a service say of their deployment, as plain data.

    python -m linli_cli.deploy.declared ROOT SERVICE

The triggers stand on decorators, so the handlers are imported, in a process of its own; what they said is
kept under `build/` for the same sources.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from linli_cli.deploy import digest
from linli_cli.deploy.archive import read_tree
from linli_cli.deploy.reaching import core_without_vocabulary, vocabulary_of
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, build, handlers

TOPIC = re.compile(r"[a-z]+(?:_[a-z]+)*")
SCHEDULE = re.compile(
    r"rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d+) (?:minutes|hours|days))\)|cron\(\S+(?: \S+){5}\)"
)
QUEUED = ("device_queue", "bus_queue", "task_queue")
BY_DEVICES = ("device_queue", "device_call")


@dataclass(frozen=True)
class Declared:
    """A trigger, as `linli.triggers.Trigger`; kinds of devices by topic, facts by their types."""

    action: str
    start: str
    believes: dict[str, list[str]]
    facts: tuple[str, ...]
    schedule: str
    meaning: str
    needs: dict[str, int]

    @property
    def topics(self) -> tuple[str, ...]:
        """The last levels of the topics that lead to it."""
        return tuple(self.believes)

    @property
    def queued(self) -> bool:
        """Whether it works off a queue of its own."""
        return self.start in QUEUED


def triggers(service: str, root: Path = ROOT) -> tuple[Declared, ...]:
    """The triggers of a service by the names of their actions, without its routes.

    Raises CommandError, in one line, when a handler cannot be imported or says what cannot be.
    """
    sources = (
        read_tree(root / "functions" / service),
        core_without_vocabulary(root),
        vocabulary_of(service, root),
    )
    own = {"declared.py": Path(__file__).read_bytes()}
    return _kept(service, root, digest.of_files(*sources, own, also=sys.version_info[:2]))


@cache
def _kept(service: str, root: Path, name: str) -> tuple[Declared, ...]:
    path = build(root) / "declared" / f"{service}-{name}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.part")
        partial.write_text(_asked(service, root), encoding="utf-8")
        partial.replace(path)
    found = [
        Declared(**each | {"facts": tuple(each["facts"])})
        for each in json.loads(path.read_text(encoding="utf-8"))
    ]
    for each in found:
        check(service, each)
    return tuple(sorted(found, key=lambda each: each.action))


def _asked(service: str, root: Path) -> str:
    command = [sys.executable, "-m", "linli_cli.deploy.declared", str(root), service]
    paths = [root, root / "layers" / "core" / "python", Path(__file__).parents[2]]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=without_cloud(*paths), cwd=root
    )
    if done.returncode:
        raise CommandError(f"cannot package {service}: {complaint(done).replace(f'{root}/', '')}".rstrip())
    return done.stdout


def without_cloud(*paths: Path) -> dict[str, str]:
    """The environment of a process that imports what is deployed: nobody's account, no bytecode."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return environment | {
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_DEFAULT_REGION": "eu-west-1",  # somebody may want to know one; none gets into a template
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """What a process ended with, in one line, and where."""
    lines = [line for line in (done.stderr or done.stdout).strip().splitlines() if line.strip()]
    where = next((line.strip() for line in reversed(lines) if line.lstrip().startswith("File ")), "")
    return f"{' '.join(lines[-1:])} {where}"


def check(service: str, said: Declared) -> None:
    """Refuse what no template can be made of."""
    path = f"functions/{service}/{said.action}/handler.py"
    if said.start in BY_DEVICES and not said.topics:
        raise CommandError(f'{path}: say which topic leads to {said.action}: topic="{said.action}"')
    for topic in said.topics:
        if not TOPIC.fullmatch(topic):
            raise CommandError(f"{path}: a topic's last level is lower-case words, not {topic!r}")
    if said.schedule and not SCHEDULE.fullmatch(said.schedule):
        raise CommandError(f"{path}: {said.schedule} is no schedule that EventBridge knows")
    if said.start == "bus_queue" and not said.facts:
        raise CommandError(f"{path}: say which facts {said.action} takes: `received: Received[…]`")


def said_by(service: str, root: Path) -> list[dict[str, Any]]:
    """Import the handlers of a service and tell what they say."""
    from linli.triggers import TRIGGERS  # noqa: PLC0415  just the process that imports handlers needs it

    for action in handlers(service, root):
        import_module(f"functions.{service}.{action}.handler")
    ours = [each for each in TRIGGERS if each.service == service]
    for each in ours:
        if each.module != f"functions.{service}.{each.name}.handler":
            sys.exit(f"{each.module}: a trigger's function is named for its action, not {each.name}")
    return [
        asdict(
            Declared(
                each.name,
                each.start,
                {topic: sorted(each.kinds(topic)) for topic in each.topics},
                tuple(fact.TYPE for fact in each.facts),
                each.schedule,
                each.meaning,
                {name: int(str(value)) for name, value in each.needs.items()},
            )
        )
        for each in ours
    ]


if __name__ == "__main__":
    print(json.dumps(said_by(sys.argv[2], Path(sys.argv[1]))))
