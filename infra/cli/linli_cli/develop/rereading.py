"""Rows that another version has written, read by this one: what is lost of them, and what people ask of them.

A row is as DynamoDB has it: attributes with their types.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from linli.http import ROUTES, Route
from linli.keys import Key
from linli.tables import Row
from linli_cli.develop.actions import app_of
from linli_cli.layout import projects, projects_of

Raw = dict[str, dict[str, Any]]
PART = re.compile(r"\{([a-z_]+)\}")
APPS = {project: app_of(project) for project in projects()}  # with them all kinds of rows are known
SETS = ("/SS", "/NS", "/BS")


class Loss(NamedTuple):
    """Where in a row or an answer, and what was there and what is."""

    where: str
    what: str


def lost(raw: Raw) -> list[Loss]:
    """What of a row is not there any more once its class has read it and written it again."""
    try:
        again = Row.from_raw_data(raw).serialize()
    except (ValueError, TypeError) as error:
        return [Loss("", f"cannot be read: {' '.join(str(error).split())}")]
    return [*missing(raw, again)]


def missing(before: Any, after: Any, where: str = "") -> Iterator[Loss]:
    """What was there and is not, or is something else. What is new is no loss, nor is another order of a set;
    texts that are documents are compared as such.
    """
    before, after = opened(before), opened(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for name, value in before.items():
            if value is not None:
                yield from missing(value, after.get(name), f"{where}/{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        ordered = (sorted(before), sorted(after)) if where.endswith(SETS) else (before, after)
        for number, (one, other) in enumerate(zip(*ordered, strict=True)):
            yield from missing(one, other, f"{where}/{number}")
    elif before != after:
        yield Loss(where, f"{before!r} -> {after!r}")


def opened(value: Any) -> Any:
    """A document's content, where a text is one."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def named_in(raw: Raw) -> dict[str, str]:
    """The parts of a row's keys, by name: whatever place of its kind it is in."""
    row, parts = Row.from_raw_data(raw), {}
    for key in vars(type(row)).values():
        if isinstance(key, Key) and _is_place(key, row):
            parts = dict(zip(PART.findall(f"{key.pk} {key.sk}"), key.parts(row), strict=True))
    return parts


def _is_place(key: Key, row: Row) -> bool:
    """Whether a row is where this key says."""
    pattern = (re.sub(r"\\\{[a-z_]+\\\}", ".+", re.escape(side)) for side in (key.pk, key.sk))
    return all(re.fullmatch(side, at) for side, at in zip(pattern, (row.pk, row.sk), strict=True))


def texts_of(raw: Raw) -> dict[str, str]:
    """All that a row says in a word: the parts of its keys, its attributes, members of its documents; besides
    what places of a home are called, and that a month begins and ends with itself.
    """
    found: dict[str, str] = {}
    _gather({name: next(iter(value.values())) for name, value in raw.items()}, found)
    found |= named_in(raw)
    building, is_home, unit = found.get("home", "").partition("/")
    of_home = {"building": building, "unit": unit} if is_home else {}
    of_month = dict.fromkeys(("since", "until"), found["month"]) if "month" in found else {}
    return of_home | found | of_month


def _gather(value: Any, found: dict[str, str]) -> None:
    for name, each in value.items():
        inside = opened(each)
        if isinstance(inside, dict):
            _gather(inside, found)
        elif isinstance(inside, str):
            found.setdefault(name, inside)


def asked_of(service: str, rows: Iterable[Raw]) -> dict[str, list[Raw]]:
    """What people may ask of a service about rows, path and query, with the rows that each names."""
    said = [(raw, texts_of(raw)) for raw in rows]
    found: dict[str, list[Raw]] = defaultdict(list)
    for route in get_routes(service):
        needed = [name for name, field in route.query.model_fields.items() if field.is_required()]
        asked = "?".join(filter(None, (route.path, "&".join(f"{name}={{{name}}}" for name in needed))))
        for raw, texts in said:
            if texts.keys() >= set(PART.findall(asked)):
                found[asked.format(**texts)].append(raw)
    return found


def get_routes(service: str) -> list[Route]:
    """What people may ask of a service."""
    views = {
        (path, methods["GET"].view_function.__module__.split(".")[2])
        for project in projects_of(service)
        for path, methods in APPS[project].routes.items()
        if "GET" in methods
    }
    return [each for each in ROUTES if each.method == "GET" and (each.path, each.action) in views]
