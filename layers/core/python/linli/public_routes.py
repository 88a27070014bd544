"""Routes for callers without a token of ours: hotlines and providers, each with a proof of its own protocol.

Such a route declares how its caller is known (`caller`, in words, for the list of all that are open) and the
function that makes sure of it (`verify`), in place of a permission; nothing runs before it has said yes.
Errors are answered in the protocol's own form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

from chalice.app import Blueprint, Response

from linli.errors import InvalidRequest, LinliError, PayloadTooLarge
from linli.http import LARGEST_BODY, LONGEST_KEY
from linli.idempotency import Creation, CreationKey
from linli.ids import new_id
from linli.instants import from_millis
from linli.observability import observed

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Call:
    """A request of somebody who is not known yet. Header names are lower-case; `body` is as it was sent."""

    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    now: datetime
    correlation_id: str

    @property
    def form(self) -> dict[str, str]:
        """The fields of a form body, the first of each name; of another body none. Raises InvalidRequest."""
        if self.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
            return {}
        try:
            pairs = parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise InvalidRequest("body: is no form in UTF-8") from error
        return dict(reversed(pairs))

    def creation(self, tenant: str, caller: str, name: str) -> Creation:
        """What a store needs to create something once, by an Idempotency-Key where the caller sends one."""
        key = self.headers.get("idempotency-key", "")[:LONGEST_KEY]
        claimed = CreationKey.of(tenant, caller, name, key, self.body) if key else None
        return Creation(new_id(self.now), self.now, self.correlation_id, claimed)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller gets, as its protocol has it; `outcome` is what is logged and counted."""

    body: str
    content_type: str
    status: int = 200
    outcome: str = "ok"


Caller = TypeVar("Caller")


@dataclass(frozen=True, slots=True)
class PublicRoute(Generic[Caller]):
    """A declared route without a token. `verify` raises what the caller is refused with."""

    method: str
    path: str
    caller: str
    verify: Callable[[Call], Caller]
    refuse: Callable[[Call, LinliError], Reply]
    action: str
    name: str
    summary: str


PUBLIC_ROUTES: list[PublicRoute[Any]] = []
PublicView = Callable[[Call, Caller], Reply]


def public_route(
    blueprint: Blueprint,
    method: str,
    *paths: str,
    caller: str,
    verify: Callable[[Call], Caller],
    refuse: Callable[[Call, LinliError], Reply],
) -> Callable[[PublicView[Caller]], PublicView[Caller]]:
    """Declare a view that `verify` guards: `view(call, what verify returned) -> reply`."""

    def declare(view: PublicView[Caller]) -> PublicView[Caller]:
        summary = (view.__doc__ or "").strip().split("\n")[0]
        action = view.__module__.split(".")[-2:][0]
        for path in paths:
            declared = PublicRoute(method, path, caller, verify, refuse, action, view.__name__, summary)
            PUBLIC_ROUTES.append(declared)
            _register(blueprint, declared, view)
        return view

    return declare


def _register(blueprint: Blueprint, declared: PublicRoute[Caller], view: PublicView[Caller]) -> None:
    def answer(**_parameters: str) -> Response:
        reply = _reply(_call(blueprint.current_request), declared, view)
        return Response(
            body=reply.body, status_code=reply.status, headers={"Content-Type": reply.content_type}
        )

    answer.__name__, answer.__module__ = view.__name__, view.__module__
    blueprint.route(declared.path, methods=[declared.method], content_types=["*/*"])(answer)


def _reply(call: Call, declared: PublicRoute[Caller], view: PublicView[Caller]) -> Reply:
    try:
        with observed(declared.action, call.correlation_id, operation=declared.name) as attempt:
            reply = _verified(call, declared, view)
            attempt.outcome = reply.outcome
    except LinliError as error:
        return declared.refuse(call, error)
    except Exception:  # noqa: BLE001  observed has logged it; the caller gets an answer, not a traceback
        return declared.refuse(call, LinliError())
    return reply


def _verified(call: Call, declared: PublicRoute[Caller], view: PublicView[Caller]) -> Reply:
    if len(call.body) > LARGEST_BODY:
        raise PayloadTooLarge(f"at most {LARGEST_BODY} bytes")
    return view(call, declared.verify(call))


def _call(raw: Any) -> Call:
    return Call(
        path=raw.context.get("resourcePath", ""),
        parameters=dict(raw.uri_params or {}),
        query=dict(raw.query_params or {}),
        headers={name.lower(): value for name, value in dict(raw.headers).items()},
        body=raw.raw_body,
        now=from_millis(raw.context["requestTimeEpoch"]),
        correlation_id=raw.context.get("requestId", "unknown"),
    )
