"""What the OpenAPI document promises of answers: the status, the media type, and the form of the body."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from linli_cli.interfaces.openapi import document
from tests.integration.gateway import Answer


@cache
def _document() -> dict[str, Any]:
    return document()


@cache
def _validator(place: tuple[str, ...]) -> Draft202012Validator:
    found = _document()
    for step in place:
        found = found[step]
    return Draft202012Validator({**found, "components": _document()["components"]})


def broken(service: str, event: dict[str, Any], answer: Answer) -> Iterator[str]:
    """What of an answer was not promised; nothing for routes of others' protocols."""
    path, method = f"/{service}{event['resource']}", event["httpMethod"].lower()
    operation = _document()["paths"].get(path, {}).get(method)
    if operation is None:
        return
    status = str(answer.status)
    status = status if status in operation["responses"] else "default"
    response = operation["responses"][status]
    place = ("paths", path, method, "responses", status)
    if "$ref" in response:
        place = tuple(response["$ref"].removeprefix("#/").split("/"))
        response = _document()["components"]["responses"][place[-1]]
    content, kind = response.get("content"), answer.headers.get("Content-Type")
    if not content:
        if answer.text:
            yield f"{method} {path} promises nothing in {status}"
        return
    if kind not in content:
        yield f"{method} {path} promises {', '.join(content)} in {status}, not {kind}"
        return
    for error in _validator((*place, "content", str(kind), "schema")).iter_errors(answer.body):
        yield f"{method} {path} {status} {error.json_path}: {error.message}"
