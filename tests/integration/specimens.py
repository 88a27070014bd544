"""A pytest plugin: rows that a version writes, so few of each kind that all that they can hold is there.

At a release, `SPECIMENS=tests/integration/upgrade/rows-0.2.0.json python -m pytest tests/integration -p
tests.integration.specimens`; over an older checkout as `-p specimens`, with this folder in PYTHONPATH.

It looks into moto's tables when a test ends. A row is kept if it has an attribute, or a member of a document,
that no row of its kind had which was seen before.
"""

import base64
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from linli.tables import Row

KEPT: dict[str, dict[str, Any]] = defaultdict(dict)
"""By service and kind: the members that are covered, and the rows that cover them."""


def members(value: Any, where: str = "") -> Iterator[str]:
    """What a row holds, by where it is: of a list whatever is in it, nothing that is empty."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            yield from members(json.loads(value), where)
        except ValueError:
            yield where
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from members(each, f"{where}/{name}")
    elif isinstance(value, list):
        for each in value:
            yield from members(each, f"{where}/…")
    elif value is not None:
        yield where


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    tables = (
        table
        for backend in dynamodb_backends.values()
        for region in backend.values()
        for table in region.tables.values()
    )
    for table in tables:
        for item in table.all_items():
            raw = item.to_json()["Attributes"]
            if "kind" in raw:
                keep(table.name.rpartition("-")[2], raw)


def keep(service: str, raw: dict[str, Any]) -> None:
    """Keep a row if it holds something new."""
    found = KEPT[service].setdefault(raw["kind"]["S"], {"covered": set(), "rows": []})
    new = set(members(raw)) - found["covered"]
    if new:
        found["covered"] |= new
        found["rows"].append(raw)


def pytest_sessionfinish() -> None:
    """Write the file."""
    Path(os.environ["SPECIMENS"]).write_text(written(sorted(all_kinds())), encoding="utf-8")


def all_kinds() -> Iterator[str]:
    """The kinds of rows that services have, of which no other is made."""
    waiting = [Row]
    while waiting:
        kind = waiting.pop()
        below = kind.__subclasses__()
        waiting += below
        name = Row.kind.get_discriminator(kind)
        if name and not below and not kind.__module__.startswith("tests."):
            yield name


def written(kinds: list[str]) -> str:
    """The file's text: the kinds that there are, and the rows of each service, a row a line."""
    services = []
    for service, found in sorted(KEPT.items()):
        rows = [line(raw) for kind in kinds if kind in found for raw in found[kind]["rows"]]
        services.append(f'"{service}": [\n' + ",\n".join(rows) + "\n]")
    return f'{{"kinds": {line(kinds)},\n"rows": {{' + ",\n".join(services) + "}}\n"


def with_answers(text: str, answers: dict[str, dict[str, Any]]) -> str:
    """A file's text with what people were answered, by service, an answer a line: of the same one once."""
    services = []
    for service, found in answers.items():
        first = {(asked.partition(" as ")[0], line(found[asked])): asked for asked in reversed(found)}
        told = [f"{line(asked)}: {line(found[asked])}" for asked in sorted(first.values())]
        services.append(f'"{service}": {{\n' + ",\n".join(told) + "\n}")
    return text.rstrip().removesuffix("}") + ',\n"answers": {' + ",\n".join(services) + "}}\n"


def line(value: Any) -> str:
    """A value as JSON; bytes in base64."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, default=lambda data: base64.b64encode(data).decode()
    )
