"""Routes for callers without a token of ours: hotlines and providers, each with a proof of its own protocol.

Such a route declares how its caller is known (`caller`, in words, for the list of all that are open) and the
function that makes sure of it (`verify`), in place of a permission; nothing runs before it has said yes.
Errors are answered in the protocol's own form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chalice.app import Blueprint, Response

from linli.bodies import PARTS, Content, Fields, content_of, media_type
from linli.errors import LinliError, PayloadTooLarge
from linli.http import LARGEST_BODY, LONGEST_KEY, asked_in
from linli.idempotency import Creation, CreationKey
from linli.ids import new_id
from linli.instants import from_millis
from linli.observability import observed
from linli.triggers import FILE_ROUTES

if TYPE_CHECKING:
    from linli.words import Language


@dataclass(frozen=True)
class Call:
    """A request of somebody who is not known yet. `url`: as it was called, without the query. Header names
    are lower-case; `body` is as it was sent.
    """

    url: str
    parameters: Mapping[str, str]
    query: Fields
    headers: Mapping[str, str]
    body: bytes
    now: datetime
    correlation_id: str

    @property
    def content_type(self) -> str:
        """What the caller says the body is."""
        return self.headers.get("content-type", "")

    @property
    def language(self) -> "Language":
        """The language that the caller wants its words in."""
        return asked_in(self.headers)

    @cached_property
    def content(self) -> Content:
        """Fields and files of the body. Raises InvalidRequest, UnsupportedMediaType."""
        return content_of(self.content_type, self.body)

    @property
    def arguments(self) -> Fields:
        """What is asked, in the query or the body. Raises InvalidRequest, UnsupportedMediaType."""
        return [*self.query, *self.content.fields]

    def creation(self, tenant: str, caller: str, name: str, content: str) -> Creation:
        """What a store needs to create something once, by an Idempotency-Key where the caller sends one.

        `content`: what must not differ between two uses of a key.
        """
        key = self.headers.get("idempotency-key", "")[:LONGEST_KEY]
        claimed = CreationKey.of(tenant, caller, name, key, content.encode()) if key else None
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
    largest_upload: int


PUBLIC_ROUTES: list[PublicRoute[Any]] = []
PublicView = Callable[[Call, Caller], Reply]


def public_route(
    blueprint: Blueprint,
    method: str,
    *paths: str,
    caller: str,
    verify: Callable[[Call], Caller],
    refuse: Callable[[Call, LinliError], Reply],
    largest_upload: int = LARGEST_BODY,
) -> Callable[[PublicView[Caller]], PublicView[Caller]]:
    """Declare a view that `verify` guards: `view(call, what verify returned) -> reply`.

    `largest_upload`: how many bytes a form in parts may have, which is how photos are sent.
    """

    def declare(view: PublicView[Caller]) -> PublicView[Caller]:
        summary = (view.__doc__ or "").strip().split("\n")[0]
        action = view.__module__.split(".")[-2:][0]
        for path in paths:
            declared = PublicRoute(
                method, path, caller, verify, refuse, action, view.__name__, summary, largest_upload
            )
            PUBLIC_ROUTES.append(declared)
            if largest_upload > LARGEST_BODY:
                FILE_ROUTES.add(view.__module__)
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
    largest = declared.largest_upload if media_type(call.content_type) == PARTS else LARGEST_BODY
    if len(call.body) > largest:
        raise PayloadTooLarge("body_too_large", {"most": largest})
    return view(call, declared.verify(call))


def _call(raw: Any) -> Call:
    headers = {name.lower(): value for name, value in dict(raw.headers).items()}
    origin = f"{headers.get('x-forwarded-proto', 'http')}://{headers.get('host', '')}"
    asked = raw.query_params
    return Call(
        url=origin + raw.context.get("path", ""),
        parameters=dict(raw.uri_params or {}),
        query=[(name, value) for name in asked or () for value in asked.getlist(name)],
        headers=headers,
        body=raw.raw_body,
        now=from_millis(raw.context["requestTimeEpoch"]),
        correlation_id=raw.context.get("requestId", "unknown"),
    )
