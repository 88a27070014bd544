"""Rows as older versions wrote them: this one reads all that is in them, and answers what people ask of them.

`upgrade/rows-<version>.json` has the kinds of rows that a version knew, and of each kind so many rows that
each attribute and each member of a document is in one of them, gathered by `specimens.py`; and what people
were answered about them. A file without answers gets them from who runs this first; where an answer is to be
another from now on, its line goes.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from chalice.app import Chalice

from linli.aws import client
from linli.permissions import Role
from linli_cli.develop.rereading import Raw, asked_of, get_routes, lost, missing, texts_of
from tests.integration.conftest import STAGE, Http, Service
from tests.integration.gateway import Answer, resource_of
from tests.integration.people import asking
from tests.integration.specimens import with_answers

FILES = sorted((Path(__file__).parent / "upgrade").glob("rows-*.json"))
each_version = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def rows_of(file: Path) -> dict[str, list[Raw]]:
    """The rows of a version, by service."""
    found = json.loads(file.read_text(encoding="utf-8"))["rows"]
    return {service: [with_bytes(raw) for raw in rows] for service, rows in found.items()}


def with_bytes(raw: Raw) -> Raw:
    """A row as DynamoDB has it."""
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else value for name, value in raw.items()
    }


def answers(service: str, app: Chalice, rows: Iterable[Raw], http: Http) -> dict[str, Any]:
    """What people are answered about rows, each asked as all whom the rows name.

    Of rows under one key, which tests have left of different towns, the first one.
    """
    town = {(raw["pk"]["S"], raw["sk"]["S"]): raw for raw in reversed([*rows])}.values()
    for raw in town:
        client("dynamodb").put_item(TableName=f"linli-{STAGE}-{service}", Item=raw)
    found = {}
    for asked, naming in asked_of(service, town).items():
        for texts in {each.get("person", "somebody"): each for each in map(texts_of, naming)}.values():
            answer = answered(http, app, asked, texts)
            if answer.status == 200:
                found[f"{asked} as {texts.get('person', 'somebody')}"] = answer.body
    return found


def answered(http: Http, app: Chalice, asked: str, texts: Mapping[str, str]) -> Answer:
    """The answer to somebody with every role, or else to a resident."""
    path, _, said = asked.partition("?")
    query = dict(each.split("=") for each in said.split("&")) if said else None
    for roles in ([*Role], [Role.RESIDENT]):
        asker = asking(texts.get("person", "somebody"), **allowed(roles, path, texts))
        answer = http(app, "GET", path, query=query, **asker)
        assert answer.status < 500, (asked, asker, answer.text)
        if answer.status == 200:
            break
    return answer


def allowed(roles: list[Role], path: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """The roles in the place that a path names, or else in the community that a row names."""
    scope, _, rest = path.strip("/").partition("/")
    return (
        {scope: {rest.split("/")[0]: roles}} if rest else {"communities": {texts.get("community", ""): roles}}
    )


@each_version
def test_there_are_rows_of_every_kind_that_the_version_knew(file: Path) -> None:
    known = json.loads(file.read_text(encoding="utf-8"))["kinds"]
    assert {raw["kind"]["S"] for rows in rows_of(file).values() for raw in rows} == set(known)


@each_version
def test_every_row_holds_what_it_held_once_its_class_has_read_it_and_written_it_again(
    file: Path, subtests: pytest.Subtests
) -> None:
    for service, rows in rows_of(file).items():
        for raw in rows:
            with subtests.test(service=service, kind=raw["kind"]["S"], pk=raw["pk"]["S"], sk=raw["sk"]["S"]):
                assert lost(raw) == []


@each_version
def test_people_are_told_of_every_row_what_they_were_told(file: Path, service: Service, http: Http) -> None:
    # Given the rows as they were
    rows = rows_of(file)
    apps = {name: service(name) for name in rows}
    # When people ask of them whatever they can
    found = {name: answers(name, app, rows[name], http) for name, app in apps.items()}
    # Then they are told all that they were told
    text = file.read_text(encoding="utf-8")
    if "answers" not in json.loads(text):
        assert [*not_reached(apps, found)] == [], "rows are missing that these routes could tell of"
        file.write_text(with_answers(text, found), encoding="utf-8")
        pytest.fail(f"{file.name} has got its answers now: look at them")
    assert list(missing(json.loads(text)["answers"], found)) == []


def not_reached(apps: Mapping[str, Chalice], found: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """The routes by which nobody was told of anything."""
    for service, told in found.items():
        paths = (asked.partition(" as ")[0].partition("?")[0] for asked in told)
        reached = {resource_of(apps[service], path)[0] for path in paths}
        yield from sorted({route.path for route in get_routes(service)} - reached)
