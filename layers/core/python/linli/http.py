"""HTTP: a route is declared once, with its permission next to its handler; no declaration, no access.

The tenant comes from the token (through the authorizer) and the path, never from a body. A caller without
any role in the tenant of the path is answered exactly as if it did not exist.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chalice.app import Blueprint, CORSConfig, CustomAuthorizer, Response
from pydantic import ValidationError

from linli.contracts import Contract
from linli.errors import (
    Forbidden,
    InvalidRequest,
    LinliError,
    NotFound,
    PayloadTooLarge,
    UnsupportedMediaType,
    Wrong,
)
from linli.etags import ANY, AS_OF, Tagged, Unchanged, headers_of, tags_in
from linli.idempotency import Creation, CreationKey
from linli.ids import is_id, new_id
from linli.instants import from_millis
from linli.merge_patch import MEDIA_TYPE as MERGE_PATCH
from linli.naming import authorizer_uri
from linli.observability import observed
from linli.permissions import Permission, Role
from linli.told import ACCEPTED

if TYPE_CHECKING:
    from linli.words import Language

LARGEST_BODY = 256 * 1024
LONGEST_KEY = 128
AUTHORIZED_FOR_S = 240  # a role that was taken away must stop working within five minutes
AUTHORIZED_AFRESH_FOR_S = 10  # within 30 s where gates and money are concerned; a burst still asks once
NOT_KEPT = {"Cache-Control": "no-store"}  # names and phones, on machines that several people sign in at
SCOPES = {"community": "communities", "company": "companies", "sub_district": "sub_districts"}
AUTHORIZER, FRESH_AUTHORIZER = (  # one function; API Gateway keeps the answers of each apart, by token
    CustomAuthorizer(name, ttl_seconds=kept, header="Authorization", authorizer_uri=authorizer_uri())
    for name, kept in (("token", AUTHORIZED_FOR_S), ("fresh", AUTHORIZED_AFRESH_FOR_S))
)
CORS = CORSConfig(
    allow_origin="*",
    allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
    expose_headers=["ETag", AS_OF],
    max_age=3600,
)


class Nothing(Contract):
    """An empty body or query."""


Body = TypeVar("Body", bound=Contract)
Query = TypeVar("Query", bound=Contract)
Grants = Mapping[str, Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Request(Generic[Body, Query]):
    """A request of a known person who may make it.

    `tenant` is the community, company or sub-district of the path; without one, the person. `identity`: what
    they signed in as, which is the person unless it was linked to one.
    """

    person: str
    grants: Grants
    roles: frozenset[Role]
    tenant: str
    path: Mapping[str, str]
    body: Body
    query: Query
    now: datetime
    correlation_id: str
    creation_key: CreationKey | None
    tags: frozenset[str] = frozenset()
    identity: str = ""

    @property
    def creation(self) -> Creation:
        """What a store needs to create something once."""
        return Creation(new_id(self.now), self.now, self.correlation_id, self.creation_key)

    def may(self, permission: Permission) -> bool:
        """Whether the caller's roles in this tenant allow `permission`."""
        return permission.allows(self.roles)

    def unless_held(self, tag: str, as_of: datetime | None = None) -> None:
        """Raise Unchanged, which is answered by 304, if the caller has what is under `tag`: asked as soon as
        the tag is known, the rest need not be read.
        """
        if not self.tags.isdisjoint({tag, ANY}):
            raise Unchanged(tag, as_of)


@dataclass(frozen=True, slots=True)
class Route:
    """A declared route."""

    method: str
    path: str
    permission: Permission
    body: type[Contract]
    query: type[Contract]
    status: int
    needs_key: bool
    action: str
    name: str
    summary: str


ROUTES: list[Route] = []
View = Callable[[Request[Body, Query]], Contract | None]


def route(
    blueprint: Blueprint,
    method: str,
    path: str,
    permission: Permission,
    *,
    body: type[Body] = Nothing,  # type: ignore[assignment]  # a default for a type parameter
    query: type[Query] = Nothing,  # type: ignore[assignment]
    status: int = 200,
    needs_key: bool = False,
) -> Callable[[View[Body, Query]], View[Body, Query]]:
    """Declare a view: `view(request) -> contract`, or None for 204.

    `needs_key`: it moves money or the like, so nobody may ask without an `Idempotency-Key`: an answer that is
    lost, or says "try again", must not make it happen twice.
    """

    def declare(view: View[Body, Query]) -> View[Body, Query]:
        summary = (view.__doc__ or "").strip().split("\n")[0]
        action = view.__module__.split(".")[-2:][0]
        name = view.__name__
        declared = Route(method, path, permission, body, query, status, needs_key, action, name, summary)
        ROUTES.append(declared)

        def answer(**_parameters: str) -> Response:
            return _answer(blueprint.current_request, declared, view)

        answer.__name__, answer.__module__ = view.__name__, view.__module__
        asks = authorizer_of(permission)
        blueprint.route(path, methods=[method], authorizer=asks, cors=CORS, content_types=["*/*"])(answer)
        return view

    return declare


def authorizer_of(permission: Permission) -> CustomAuthorizer:
    """Whom a route that asks for `permission` asks: by its time to live, how old the roles may be."""
    return FRESH_AUTHORIZER if permission.fresh else AUTHORIZER


def _answer(raw: Any, declared: Route, view: View[Any, Any]) -> Response:
    correlation_id = raw.context.get("requestId", "unknown")
    try:
        with observed(declared.action, correlation_id, operation=declared.name) as attempt:
            request = _request(raw, declared, correlation_id)
            try:
                result = view(request)
                headers = _headers(request, result)
            except Unchanged as held:
                attempt.outcome = "unchanged"
                return Response(body="", status_code=304, headers=dict(headers_of(held.tag, held.as_of)))
            attempt.outcome = getattr(result, "outcome", None) or "ok"
            attempt.flags = ["id_reused"] if getattr(result, "id_reused", False) else []
    except LinliError as error:
        return _problem(error, correlation_id, raw)
    except Exception:  # noqa: BLE001  observed has logged it; the caller gets a problem document, not a traceback
        return _problem(LinliError(), correlation_id, raw)
    if result is None:
        return Response(body="", status_code=204, headers=dict(NOT_KEPT))
    return Response(
        body=result.model_dump_json(exclude_none=True, context=_reader(raw)),
        status_code=declared.status,
        headers={"Content-Type": "application/json", **NOT_KEPT, **headers},
    )


def _reader(raw: Any) -> dict[str, str]:
    """What an answer may have to know of who reads it."""
    return {ACCEPTED: _wish(raw)}


def _wish(raw: Any) -> str:
    """The language that a request asks for, else the one that the caller has said they want; or neither."""
    said = raw.headers.get(ACCEPTED) or (raw.context.get("authorizer") or {}).get("language")
    return str(said or "")


def _headers(request: Request[Any, Any], result: Contract | None) -> Mapping[str, str]:
    """What goes with an answer besides its type. Raises Unchanged."""
    if not isinstance(result, Tagged):
        return {}
    request.unless_held(result.tag, result.as_of)
    return headers_of(result.tag, result.as_of)


def _problem(error: LinliError, correlation_id: str, raw: Any) -> Response:
    language = asked_in({ACCEPTED: _wish(raw)})
    retry = {"Retry-After": "1"} if error.retryable else {}
    told = {"Content-Language": language, "Vary": "Accept-Language"}
    return Response(
        body=json.dumps(error.problem(correlation_id, language), ensure_ascii=False),
        status_code=error.status.value,
        headers={"Content-Type": "application/problem+json", **NOT_KEPT, **told, **retry},
    )


def asked_in(headers: Mapping[str, str]) -> "Language":
    """The language that the caller of a request wants its words in: English where they do not say."""
    from linli.words import language_of  # noqa: PLC0415  who is told nothing in words does not pay for it

    return language_of(headers.get(ACCEPTED))


def _request(raw: Any, declared: Route, correlation_id: str) -> Request[Any, Any]:
    path = dict(raw.uri_params or {})
    authorizer = raw.context["authorizer"]
    grants: Grants = json.loads(authorizer["grants"])
    kind, tenant = next(
        ((kind, path[kind]) for kind in SCOPES if kind in path), ("person", authorizer["person"])
    )
    roles = _roles(grants, kind, tenant)
    if not roles and not declared.permission.anybody:
        raise NotFound
    if not declared.permission.allows(roles):
        raise Forbidden
    if not all(is_id(part) for part in path.values()):
        raise NotFound
    body = _body(raw, declared)
    return Request(
        person=authorizer["person"],
        grants=grants,
        roles=roles,
        tenant=tenant,
        path=path,
        body=body,
        query=_query(raw, declared),
        now=from_millis(raw.context["requestTimeEpoch"]),
        correlation_id=correlation_id,
        creation_key=_creation_key(raw, declared, tenant, authorizer["person"]),
        tags=tags_in(raw.headers.get("if-none-match")) if declared.method == "GET" else frozenset(),
        identity=authorizer.get("identity", authorizer["person"]),  # none from an authorizer of before
    )


def _roles(grants: Grants, kind: str, tenant: str) -> frozenset[Role]:
    if kind == "person":
        held = (roles for tenants in grants.values() for roles in tenants.values())
        return reduce(frozenset.union, (Role.known(roles) for roles in held), frozenset())
    return Role.known(grants.get(SCOPES[kind], {}).get(tenant, []))


def _body(raw: Any, declared: Route) -> Contract:
    content = raw.raw_body
    if len(content) > LARGEST_BODY:
        raise PayloadTooLarge("body_too_large", {"most": LARGEST_BODY})
    if content and _media_type(raw) not in media_types(declared):
        raise UnsupportedMediaType
    try:
        return declared.body.model_validate_json(content or b"{}")
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error


def media_types(declared: Route) -> tuple[str, ...]:
    """What a body of a route may be, the usual one first."""
    return ("application/json", MERGE_PATCH) if declared.method == "PATCH" else ("application/json",)


def _media_type(raw: Any) -> str:
    return str(raw.headers.get("content-type", "")).split(";")[0].strip().lower()


def _query(raw: Any, declared: Route) -> Contract:
    given: Any = raw.query_params or {}
    if twice := [name for name in given if len(given.getlist(name)) > 1]:  # which of them would count?
        names = declared.query.model_fields
        unknown = {name: "" if name in names else "(unknown field)" for name in twice}
        raise InvalidRequest(wrong=[Wrong(name, "given_twice", alias=unknown[name]) for name in twice])
    try:
        return declared.query.model_validate_strings(dict(given))
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error


def _creation_key(raw: Any, declared: Route, tenant: str, person: str) -> CreationKey | None:
    key = raw.headers.get("idempotency-key")
    if key is None and declared.needs_key:
        raise InvalidRequest("key_required")
    if declared.method != "POST" or key is None:
        return None
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable() or not key.isascii():
        raise InvalidRequest("key_malformed")
    where = f"{declared.name}#{'/'.join(raw.uri_params.values() if raw.uri_params else ())}"
    return CreationKey.of(tenant, person, where, key, raw.raw_body)
