"""The commands `sample new` and `sample show`: samples written and read by what they say."""

import base64
import binascii
import hashlib
import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

import typer

from linli_cli.develop.actions import Action, actions, start_of
from linli_cli.develop.readable import IN_BASE64, SUFFIX, encoded, readable
from linli_cli.develop.samples import CASES, case_in
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

app = typer.Typer(no_args_is_help=True, help="Sample events: write one, read one.")
NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
CARRIED = ("event_id", "seq", "occurred_at")
TEXTS = tuple(f"{name}{SUFFIX}" for name in (IN_BASE64, "body"))


@app.command()
def new(
    action: Annotated[str, typer.Argument(metavar="ACTION", help="E.g. health/fever_check.")],
    told: Annotated[str, typer.Argument(metavar="JSON", help="A device's payload, a body, a fact's data.")],
    case: Annotated[
        str, typer.Option("--case", metavar="NAME", help="Its name, which says how it ends: edge_highest.")
    ] = "",
    like: Annotated[
        Path | None, typer.Option("--like", metavar="FILE", help="The sample it is like; else a normal one.")
    ] = None,
) -> None:
    """Write a sample: like another one of its action, but saying this. Not JSON: only as a malformed one."""
    path = written(action_called(action), told, case, like)
    print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


@app.command()
def show(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A sample, or any raw event of Lambda.")],
    *,
    raw: Annotated[bool, typer.Option("--raw", help="As Lambda gets it, on one line.")] = False,
) -> None:
    """Print what a sample says, even where it is no JSON; with --raw, what Lambda gets."""
    event = encoded(event_of(path))
    print(json.dumps(event) if raw else json.dumps(plain(readable(event)), indent=2, ensure_ascii=False))


def action_called(name: str, root: Path = ROOT) -> Action:
    """An action by `<service>/<action>`, or by its own name where just one has it. Raises CommandError."""
    every = actions(root)
    found = [each for each in every if name in (each.title, each.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"{name} is one of {', '.join(each.title for each in found)}: say which")
    near = ", ".join(each.title for each in every if each.service == name.partition("/")[0])
    raise CommandError(f"there is no action {name}" + (f"; there are {near}" if near else ""))


def written(action: Action, told: str, case: str = "", like: Path | None = None) -> Path:
    """The file of a new sample. Raises CommandError: no model, a name that says nothing or is taken."""
    model = like if like is not None else model_of(action)
    name = case or f"{_beginning(model.stem)}_new"
    if not NAME.fullmatch(name) or case_in(name) is None:
        raise CommandError(f"{name!r}: a sample's name says how it ends: {', '.join(sorted(CASES))}")
    path = action.root / "events" / action.title / f"{name}.json"
    if path.exists():
        raise CommandError(f"{path.relative_to(action.root)} exists already: --case gives another name")
    try:
        message = json.loads(told)
    except ValueError as error:
        if case_in(name) != "malformed":
            raise CommandError(f"no JSON ({error}): --case malformed_… if it is meant to be") from None
        message = None
    event = saying(readable(encoded(event_of(model))), message, told)
    path.write_text(json.dumps(event, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def model_of(action: Action) -> Path:
    """A normal sample of an action that says something. Raises CommandError when it has none."""
    for sample in action.samples:
        if sample.case == "normal" and says_something(readable(encoded(event_of(sample.path)))):
            return sample.path
    raise CommandError(f"{action.title} has no normal sample with a message to be like: --like names one")


def _beginning(stem: str) -> str:
    """A sample's name as far as the word that says how it ends."""
    words = stem.split("_")
    last = next((number for number, word in enumerate(words) if word in CASES), len(words) - 1)
    return "_".join(words[: last + 1])


def event_of(path: Path) -> Any:
    """A file's JSON. Raises CommandError when it has none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from None


def says_something(event: Any) -> bool:
    """Whether a readable event holds a message: not a request without a body, not a tick of the clock."""
    start = start_of(encoded(event))
    return start != "schedule" and (start != "http" or bool(set(TEXTS) & event.keys()))


def saying(event: Any, message: Any, text: str) -> Any:
    """A readable event with another message, its innermost one: a payload within a queue's body, the data of
    a fact. `message` None: `text` as it is. Of several records the first stays.
    """
    if isinstance(event, dict) and event.get("Records"):
        (first, *_) = event["Records"]
        return event | {"Records": [saying(first, message, text)]}
    if not isinstance(event, dict) or not set(TEXTS) & event.keys():
        return text if message is None else message
    return dict(_saying(key, value, message, text) for key, value in event.items())


def _saying(key: str, value: Any, message: Any, text: str) -> tuple[str, Any]:
    if key not in TEXTS:
        return key, value
    if isinstance(value, dict) and set(TEXTS) & value.keys():
        return key, saying(value, message, text)
    if message is None:
        name = key.removesuffix(SUFFIX)
        return name, base64.b64encode(text.encode()).decode() if name == IN_BASE64 else text
    if isinstance(value, dict) and "data" in value.get("detail", {}):
        return key, fact(value, message)
    if isinstance(value, dict) and isinstance(message, dict) and key == f"{IN_BASE64}{SUFFIX}":
        return key, device_message(value, message)
    return key, message


def fact(event: dict[str, Any], data: Any) -> dict[str, Any]:
    """What the bus says of other data: another fact, with an id of its own, the same for the same data."""
    told = deepcopy(event)
    told["detail"] |= {"id": f"sample:{name_of(data)}", "data": data}
    return told


def device_message(like: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What a device says, with what every message carries unless it says an id: one of its own, and when."""
    if "event_id" in said:
        return said
    carried = {name: like[name] for name in CARRIED if name in like}
    return carried | {"event_id": f"sample-{name_of(said)}"} | said


def name_of(content: Any) -> str:
    """The same for the same content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def plain(value: Any) -> Any:
    """A readable event with words even where a payload is no JSON; what is no text keeps its base64."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    return dict(_plain(key, each) for key, each in value.items())


def _plain(key: str, value: Any) -> tuple[str, Any]:
    if key == IN_BASE64 and isinstance(value, str):
        try:
            return f"{IN_BASE64}_text", base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            return key, value
    return key, plain(value)
