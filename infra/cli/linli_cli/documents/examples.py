"""The examples of READMEs, tried: messages of devices and their answers against the models, commands against
the command line. A fenced block is tried line by line; what runs only in a town is not run here.
"""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from linli.device_messages import DeviceEvent
from linli_cli import commands
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services
from linli_cli.reading.messages import Spoken, spoken

FENCE = re.compile(r"^```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEFORE = re.compile(r"`([a-z_]+)`")
COMMAND = re.compile(r"(?:^|\s)(?:\.venv/bin/)?linli ([a-z].*)$")
PAYLOAD = re.compile(r"-t \S*/([a-z_]+) -m '(\{.*?\})'")
PUBLISH = re.compile(r"linli publish ([a-z_]+) '(\{.*?\})'")
COMMON = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00.000Z"}


def check_examples(root: Path = ROOT) -> None:
    """Raise CommandError for the first example that is none."""
    pages = [
        root / "README.md",
        root / "README.zh-CN.md",
        *sorted((root / "docs").glob("*.md")),
        *(root / "functions" / each / "README.md" for each in sorted(services(root))),
    ]
    for path in pages:
        for said, block in _blocks(path.read_text(encoding="utf-8")):
            for complaint in (*_of_messages(said, block, root), *_of_commands(block)):
                raise CommandError(f"{path.relative_to(root)}: an example is none: {complaint}")


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each fenced block, and the action that was named last before it."""
    for found in FENCE.finditer(text):
        named = BEFORE.findall(
            text[: found.start()].rsplit("\n\n", 2)[-2] if "\n\n" in text[: found.start()] else ""
        )
        yield (named[-1] if named else ""), found[1].replace("\\\n", " ").replace("\n ", " ")


def _of_messages(said: str, block: str, root: Path) -> Iterator[str]:
    topics = {topic: each for each in spoken(root) for topic in each.action.topics}
    for topic, text in (*PAYLOAD.findall(block), *PUBLISH.findall(block)):
        yield from _sent(topics, topic, {**COMMON, **json.loads(text)})
    for line in block.splitlines():
        if not line.startswith('{"event_id"'):
            continue
        try:
            message = json.loads(line)
        except ValueError as error:
            yield f"{line[:60]}: {error}"
            continue
        if "problem" in message:
            continue
        action = topics.get(said) or _meant(topics, message)
        if "outcome" not in message:
            own = action.action.topics[0] if action else said
            yield from _sent(topics, said if said in topics else own, message)
        elif action is not None:
            yield from _fits(action.answer, message)


def _meant(topics: dict[str, Spoken], message: dict[str, Any]) -> Spoken | None:
    own = message.keys() - DeviceEvent.model_fields.keys() - {"outcome"}
    return next((each for each in topics.values() if own <= _names(each)), None)


def _names(said: Spoken) -> set[str]:
    return set(said.sent.model_fields) | set(said.answer.model_fields)


def _sent(topics: dict[str, Spoken], topic: str, message: dict[str, Any]) -> Iterator[str]:
    if topic not in topics:
        yield f"nobody listens to {topic}: {message}"
    else:
        yield from _fits(topics[topic].sent, message)


def _fits(model: Any, message: dict[str, Any]) -> Iterator[str]:
    try:
        TypeAdapter(model).validate_json(json.dumps(message))
    except ValidationError as error:
        first = error.errors()[0]
        yield f"{'.'.join(map(str, first['loc']))}: {first['msg']}: {json.dumps(message)[:80]}"


def _of_commands(block: str) -> Iterator[str]:
    for line in block.splitlines():
        found = COMMAND.search(line.split("  #")[0])
        if found and "…" not in line:
            yield from _understood(found[1])


def _understood(line: str) -> Iterator[str]:
    words = shlex.split(line)
    command = commands.understood(words)
    if command is None:
        yield f"there is no command linli {line}"
        return
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    for word in words:
        if word.startswith("-") and word.partition("=")[0] not in known:
            yield f"linli {line}: there is no {word}"
