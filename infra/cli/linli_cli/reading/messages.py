"""What devices send and what they are answered: a table for each action, from its models."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from linli.device_messages import DeviceAnswer, DeviceEvent
from linli.ids import ID_PATTERN
from linli.odd_fields import MEANT
from linli.triggers import TRIGGERS, Trigger
from linli_cli.deploy import declared, deriving
from linli_cli.develop.actions import app_of
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, projects_of, services
from linli_cli.reading.following import Place
from linli_cli.reading.outcomes import followed
from linli_cli.reading.tables import codes, table

REGISTRY = "devices"
COMMON = "Besides what [every message and every answer](../devices/README.md#what-devices-send) holds:"
HEADS = ("field", "", "what it may be", "what it says")
ANSWER_HEADS = ("field", "what it may be", "what it says")
UNITS = {
    "_c": "°C",
    "_percent": "%",
    "_seconds": "s",
    "_minutes": "min",
    "_m3": "m3",
    "_kwh": "kWh",
    "_days": "days",
}
SAID = re.compile(r"`(\w+)`((?:, `\w+`)*):\s(.+?)(?=(?:[.;]\s)`\w+`(?:, `\w+`)*:\s|\n\n|\Z)", re.DOTALL)
LONGEST_TEXT = 4096  # of any text, which nobody needs to be told
POWER_OF_TWO = 2**53
BOUNDS = ("minimum", "maximum", "exclusiveMaximum")


@dataclass(frozen=True, slots=True)
class Spoken:
    """An action that devices speak to: its topics, whom it believes on each, what is sent and answered."""

    service: str
    action: Trigger
    sent: type[BaseModel]
    answer: type[BaseModel]
    place: Place


def messages(service: str, root: Path = ROOT) -> str:
    """What devices may send to a service, action by action; the registry's page has that of all of them."""
    if service == REGISTRY:
        common = [_fields(DeviceEvent), _answers(DeviceAnswer, {})]
        parts = [f"Every message:\n\n{common[0]}", f"Every answer:\n\n{common[1]}"]
        return "\n\n".join([*parts, *(_of_action(each) for each in spoken(root))])
    own = [_of_action(each) for each in spoken(root) if each.service == service]
    return "\n\n".join([COMMON, *own]) if own else "No device speaks to this service."


def senders(_service: str, root: Path = ROOT) -> str:
    """On which topics a device of each kind may publish."""
    said = [each for service in services(root) for each in declared.triggers(service, root)]
    lines = [(f"`{kind}`", codes(topics)) for kind, topics in deriving.believed(said).items()]
    return table(("kind", "`<action>`"), lines)


@cache
def spoken(root: Path = ROOT) -> tuple[Spoken, ...]:
    """The actions of all services that devices speak to."""
    return tuple(each for service in sorted(services(root)) for each in _of_service(service, root))


def _of_service(service: str, root: Path) -> Iterator[Spoken]:
    for project in projects_of(service, root):
        app_of(project, root)
    for place in followed(service, root).places():
        name = getattr(place.function, "name", "") if place.outer is None else ""
        for trigger in TRIGGERS:
            if trigger.topics and (place.module.__name__, name) == (trigger.module, trigger.name):
                yield _spoken(service, trigger, place)


def _spoken(service: str, action: Trigger, place: Place) -> Spoken:
    assert isinstance(place.function, ast.FunctionDef)  # noqa: S101  _of_service has looked
    following = followed(service)
    (sent,) = (
        inner
        for kind in following.declared_types(place.function.args.args[0].annotation, place.module)
        for inner in get_args(kind)
    )
    answers = following.declared_types(place.function.returns, place.module)
    answer = next(kind for kind in answers if issubclass(kind, DeviceAnswer))
    return Spoken(service, action, sent, answer, place)


def words_of(said: Spoken) -> dict[str, set[str]]:
    """Which words an answer's members can be, by the code. Raises CommandError where nobody can see that."""
    following = followed(said.service)
    words = {"outcome": following.member_returned(said.place, "outcome")}
    if "reason" in said.answer.model_fields:
        words["reason"] = following.member_returned(said.place, "reason")
    if following.lost:
        raise CommandError(f"{next(iter(following.lost))}: nobody can see which words this answers")
    return words


def _of_action(said: Spoken) -> str:
    words = words_of(said)
    senders = [f"`{topic}` from {codes(sorted(said.action.kinds(topic)))}" for topic in said.action.topics]
    own = _fields(said.sent, DeviceEvent)
    sent = f"\n\n{own}" if own else " No fields of its own."
    return f"**{'; '.join(senders)}.**{sent}\n\nAnswered:\n\n{_answers(said.answer, words)}"


def _fields(model: type[BaseModel], beneath: type[BaseModel] | None = None) -> str:
    lines = list(_lines(model, "", set(beneath.model_fields) if beneath else set()))
    return table(HEADS, lines) if lines else ""


def _lines(model: type[BaseModel], before: str, known: set[str]) -> Iterator[tuple[str, ...]]:
    schema = model.model_json_schema()
    texts = texts_of(model)
    for name, field in model.model_fields.items():
        if name in known:
            continue
        part = schema["properties"][name]
        odd = "refuses when odd" if MEANT in field.metadata else "optional"
        needed = "needed" if field.is_required() else odd
        yield f"`{before}{name}`", needed, may_be(name, part, schema), texts.get(name, "")
        inner = _inner(field.annotation)
        if inner is not None:
            yield from _lines(inner, f"{before}{name}[].", set())


def _answers(model: type[BaseModel], words: dict[str, set[str]], before: str = "") -> str:
    return table(ANSWER_HEADS, _answer_lines(model, words, before))


def _answer_lines(
    model: type[BaseModel], words: dict[str, set[str]], before: str
) -> Iterator[tuple[str, ...]]:
    schema = model.model_json_schema()
    texts = texts_of(model)
    for name, field in model.model_fields.items():
        is_common = issubclass(model, DeviceAnswer) and name in DeviceAnswer.model_fields
        if words and is_common and name not in words:
            continue
        part = schema["properties"][name]
        allowed = codes(sorted(words[name])) if words.get(name) else may_be(name, part, schema)
        yield f"`{before}{name}`", allowed, texts.get(name, "")
        inner = _inner(field.annotation)
        if inner is not None:
            yield from _answer_lines(inner, {}, f"{before}{name}[].")


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The model of the elements of a list."""
    told = [getattr(each, "json_schema_input_type", None) for each in get_args(annotation)]
    for each in (*told, annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    inside = [_inner(each) for each in reversed(get_args(annotation)) if get_args(each)]
    return next((each for each in inside if each is not None), None)


def texts_of(model: type[BaseModel]) -> dict[str, str]:
    """What the docstrings of a model, and of those it is made from, say of each member: `name`: text."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        text = re.sub(r"\n[ \t]+", "\n", vars(kind).get("__doc__") or "") if kind is not BaseModel else ""
        for match in SAID.finditer(text):
            for name in [match[1], *re.findall(r"\w+", match[2])]:
                found[name] = " ".join(match[3].split()).rstrip(".")
    return found


def may_be(name: str, part: dict[str, Any], schema: dict[str, Any]) -> str:  # noqa: PLR0911  one case a type
    """What a member may be, in words, from its JSON Schema."""
    if "anyOf" in part:
        kinds = [each for each in part["anyOf"] if each.get("type") != "null"]
        number = next((each for each in kinds if each.get("type") == "number"), None)
        said = {key: part[key] for key in BOUNDS if key in part}
        if number:
            return f"{may_be(name, number | said, schema)}, may stand in quotes"
        return " or ".join(may_be(name, each, schema) for each in kinds)
    if "$ref" in part:
        return "an object"
    if "enum" in part:
        return codes(map(str, part["enum"]))
    if "const" in part:
        return codes([str(part["const"])])
    kind = part.get("type")
    if kind == "array":
        return f"{_between(part, 'minItems', 'maxItems')}: {may_be(name, part['items'], schema)}".lstrip(": ")
    if kind in {"integer", "number"}:
        unit = next((f", in {unit}" for ending, unit in UNITS.items() if name.endswith(ending)), "")
        return f"{'an integer' if kind == 'integer' else 'a number'}{_bounds(part)}{unit}"
    if kind == "object":
        return "an object"
    if kind == "boolean":
        return "`true` or `false`"
    return _text(part)


def _text(part: dict[str, Any]) -> str:
    if part.get("format") == "date-time":
        return "a time, RFC 3339 with its offset"
    if part.get("pattern") == ID_PATTERN:
        return "an id"
    lengths = {
        name: part[name]
        for name in ("minLength", "maxLength")
        if part.get(name, LONGEST_TEXT) != LONGEST_TEXT
    }
    size = f"a text of {_between(lengths, 'minLength', 'maxLength')} characters" if lengths else "a text"
    return f"{size}, `{part['pattern'].replace('|', chr(92) + '|')}`" if "pattern" in part else size


def _between(part: dict[str, Any], least: str, most: str) -> str:
    low, high = part.get(least), part.get(most)
    if high is None:
        return "a list" if low is None else f"{low} or more"
    return f"{low or 0} to {high}"


def _bounds(part: dict[str, Any]) -> str:
    low = part.get("minimum", part.get("ge"))
    high = part.get("maximum", part.get("le"))
    below = part.get("exclusiveMaximum")
    above = part.get("exclusiveMinimum")
    said = f" above {_number(above)}" if above is not None else ""
    said += "" if low is None else f" from {_number(low)}"
    said += f" to {_number(high)}" if high is not None else ""
    return said + (f" to below {_number(below)}" if below is not None else "")


def _number(value: float) -> str:
    return "2^53" if value == POWER_OF_TWO else f"{value:,g}" if value < 1_000_000 else f"{int(value):,}"  # noqa: PLR2004
