"""How the documents describe what is answered when something went wrong."""

from collections.abc import Iterator
from typing import Any

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

MEDIA_TYPE = "application/problem+json"
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457. `instance` is the id to report it by; `errors` says which fields are wrong.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "pattern": f"^{PROBLEM_PREFIX}",
            "description": "Stays the same, whatever the language of the rest.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "title": "FieldError",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
EXAMPLES: dict[type[LinliError], LinliError] = {
    InvalidRequest: InvalidRequest(
        "limit: Input should be less than or equal to 100",
        errors=[{"field": "limit", "message": "Input should be less than or equal to 100"}],
    ),
    PayloadTooLarge: PayloadTooLarge("at most 262144 bytes"),
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
        kind.slug: {"value": EXAMPLES.get(kind, kind()).problem("0c9a3b4e-6d51-4f3a-8f0e-2a1b5c7d9e10")}
        for kind in kinds
    }
    described = " Or: ".join(f"{kind.title} (`{PROBLEM_PREFIX}{kind.slug}`)." for kind in kinds)
    made: dict[str, Any] = {
        "description": described,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}},
    }
    if any(kind.retryable for kind in kinds):
        waits = {"description": "Seconds to wait before another try.", "schema": {"type": "integer"}}
        made["headers"] = {"Retry-After": waits}
    return made


def _names() -> list[str]:
    return list(dict.fromkeys(map(_name, OF_PEOPLE)))


def _name(kind: type[LinliError]) -> str:
    """The name of a response: of the first kind that has its status."""
    return next(each.__name__ for each in OF_PEOPLE if each.status == kind.status)
