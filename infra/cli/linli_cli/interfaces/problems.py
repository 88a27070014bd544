"""How the documents describe what is answered when something went wrong."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from linli.errors import (
    PROBLEM_PREFIX,
    Conflict,
    Forbidden,
    IdempotencyKeyReused,
    InvalidCursor,
    InvalidRequest,
    LinliError,
    NotFound,
    PayloadTooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from linli.http import Nothing, Route
from linli.pages import PageQuery

MEDIA_TYPE = "application/problem+json"
FIELD_ERROR = {
    "type": "object",
    "title": "FieldError",
    "description": "What is wrong with a field.",
    "required": ["field", "code", "message"],
    "properties": {
        "field": {"type": "string"},
        "code": {"type": "string"},
        "parameters": {"type": "object", "additionalProperties": True},
        "message": {"type": "string"},
    },
}
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": (
        "RFC 9457. `title`, `detail` and the `message` of a field are in the language of `Accept-Language` "
        "(en, zh-CN); `instance` is the id to report it by."
    ),
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "pattern": f"^{PROBLEM_PREFIX}",
            "description": "Stays the same, whatever the language of the rest.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "What went wrong, for programs; `detail` is its sentence."},
        "parameters": {
            "type": "object",
            "description": "What stands in the sentence.",
            "additionalProperties": True,
        },
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": FIELD_ERROR},
    },
}
OF_PEOPLE: tuple[type[LinliError], ...] = (
    InvalidRequest, InvalidCursor, Unauthenticated, Forbidden, NotFound, Conflict, PayloadTooLarge,
    UnsupportedMediaType, IdempotencyKeyReused, LinliError, Unavailable,
)  # fmt: skip
"""What people's requests can be answered with, in the order of their statuses; devices have more."""


def problem_responses() -> dict[str, Any]:
    """A response for each status, with each type of problem that has it as an example."""
    return {name: _response([each for each in OF_PEOPLE if _name(each) == name]) for name in _names()} | {
        "Problem": {
            "description": "What else goes wrong on the way.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }


def answered(route: Route, *, keyed: bool) -> dict[str, Any]:
    """What a route can answer when something went wrong, by status."""
    kinds = sorted({each.status.value: _name(each) for each in _possible(route, keyed=keyed)}.items())
    named = {str(status): {"$ref": f"#/components/responses/{name}"} for status, name in kinds}
    return {**named, "default": {"$ref": "#/components/responses/Problem"}}


def _possible(route: Route, *, keyed: bool) -> Iterator[type[LinliError]]:
    yield from (Unauthenticated, Forbidden, NotFound, LinliError, Unavailable)
    if route.body is not Nothing or route.query is not Nothing or keyed:
        yield InvalidRequest
    if route.body is not Nothing:
        yield from (PayloadTooLarge, UnsupportedMediaType)
    if route.method != "GET":
        yield Conflict
    if keyed:
        yield IdempotencyKeyReused


def _response(kinds: list[type[LinliError]]) -> dict[str, Any]:
    examples = {
        kind.slug: {"value": example(kind).problem("0c9a3b4e-6d51-4f3a-8f0e-2a1b5c7d9e10")} for kind in kinds
    }
    described = " Or: ".join(f"{kind().title} (`{PROBLEM_PREFIX}{kind.slug}`)." for kind in kinds)
    made: dict[str, Any] = {
        "description": described,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }
    if any(kind.retryable for kind in kinds):
        waits = {"description": "Seconds to wait before another try.", "schema": {"type": "integer"}}
        made["headers"] = {"Retry-After": waits}
    return made


def example(kind: type[LinliError]) -> LinliError:
    """A problem of a kind, with a wrong field where it is about fields."""
    return refused(PageQuery, {"limit": 1000}) if kind is InvalidRequest else kind()


def refused(contract: type[BaseModel], sent: Mapping[str, Any]) -> LinliError:
    """What somebody is told who sent that. Raises ValueError if it can be taken."""
    try:
        contract.model_validate(sent)
    except ValidationError as error:
        return InvalidRequest.from_validation(error)
    raise ValueError(f"{contract.__name__} takes {sent}")


def _names() -> list[str]:
    return list(dict.fromkeys(map(_name, OF_PEOPLE)))


def _name(kind: type[LinliError]) -> str:
    """The name of a response: of the first kind that has its status."""
    return next(each.__name__ for each in OF_PEOPLE if each.status == kind.status)
