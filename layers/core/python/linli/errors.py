"""Every error a caller or a device can be answered with, in one tree.

    LinliError                     500 internal
    ├── InvalidRequest             400 invalid-request
    │   └── InvalidCursor          400 invalid-cursor
    ├── Unauthenticated            401 unauthenticated
    ├── Forbidden                  403 forbidden
    │   ├── WrongDeviceKind        403 wrong-device-kind
    │   └── DeviceRevokedMeanwhile 403 device-revoked
    ├── NotFound                   404 not-found
    ├── Conflict                   409 conflict
    ├── PayloadTooLarge            413 payload-too-large
    ├── UnsupportedMediaType       415 unsupported-media-type
    ├── IdempotencyKeyReused       422 idempotency-key-reused
    └── Unavailable                503 unavailable (retry helps)
        └── DeviceNotKnown         503 device-not-known

The wire form is RFC 9457 `application/problem+json`. Only the authorizer raises Unauthenticated: the API
gateway answers 401 then, and no other function runs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError

if TYPE_CHECKING:
    from linli.words import Language, Part

PROBLEM_PREFIX = "urn:linli:problem:"
MOST_FIELDS = 20  # that are told of
NONE: Mapping[str, Any] = MappingProxyType({})
SETS = (frozenset, set, tuple)


class LinliError(Exception):
    """Something went wrong that has a defined answer.

    `code` and `parameters`: which sentence of the catalogue (`linli.words`, part `details`) says what. It is
    shown to the caller and logged: parameters must not hold personal data. `extensions` become members of the
    problem document. `heading`: its title in the catalogue, if another than that of its slug. `parked`:
    whether a message that ended so is of use to a human later on.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    slug: ClassVar[str] = "internal"
    heading: ClassVar[str] = ""
    retryable: ClassVar[bool] = False
    parked: ClassVar[bool] = True

    def __init__(
        self, code: str = "", parameters: Mapping[str, object] | None = None, **extensions: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = _in_json(parameters or {})
        self.extensions = extensions

    def __str__(self) -> str:
        return self.detail or self.title

    @property
    def title(self) -> str:
        """Its title, as we log it."""
        return self.titled("en")

    @property
    def detail(self) -> str:
        """What it says, as we log it; "" where its type says it all."""
        return self.said("en")

    def titled(self, language: "Language") -> str:
        """Its title, for people."""
        return _sentence("problems", self.heading or self.slug, NONE, language)

    def said(self, language: "Language") -> str:
        """What it says, for people; "" where its type says it all."""
        return _sentence("details", self.code, self.parameters, language) if self.code else ""

    def problem(self, instance: str = "", language: "Language" = "en") -> dict[str, Any]:
        """The problem document (RFC 9457 section 3); `instance` is the correlation id of the attempt."""
        detail = self.said(language)
        return {
            "type": PROBLEM_PREFIX + self.slug,
            "title": self.titled(language),
            "status": self.status.value,
            "code": self.code or self.slug,
            **({"parameters": self.parameters} if self.parameters else {}),
            **({"detail": detail} if detail else {}),
            **({"instance": instance} if instance else {}),
            **self.extensions,
        }


def _in_json(parameters: Mapping[str, object]) -> dict[str, object]:
    """Decimals as their text, so that none is rounded on its way; sets and tuples as lists."""
    return {
        name: str(value) if isinstance(value, Decimal) else list(value) if isinstance(value, SETS) else value
        for name, value in parameters.items()
    }


def _sentence(part: "Part", code: str, parameters: Mapping[str, object], language: "Language") -> str:
    from linli.words import sentence  # noqa: PLC0415  who has nothing to refuse does not pay for it

    return sentence(part, code, parameters, language)


class InvalidField(ValueError):
    """What a validator says of a value: a sentence of the catalogue (`fields`) and its parameters."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = _in_json(parameters)

    def __str__(self) -> str:
        return _sentence("fields", self.code, self.parameters, "en")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field. `alias`: the field, where its name is the sender's own text."""

    field: str
    code: str
    parameters: Mapping[str, object] | None = None
    alias: str = ""

    def said(self, language: "Language") -> str:
        """What is said of it, for people."""
        return _sentence("fields", self.code, self.parameters or NONE, language)

    def shown(self, language: "Language") -> dict[str, Any]:
        """As it stands in a problem document."""
        parameters = {"parameters": dict(self.parameters)} if self.parameters else {}
        return {"field": self.field, "code": self.code, **parameters, "message": self.said(language)}


class InvalidRequest(LinliError):
    """What came in does not have the declared shape; sending it again cannot help. `wrong`: which fields."""

    status = HTTPStatus.BAD_REQUEST
    slug = "invalid-request"

    def __init__(
        self,
        code: str = "",
        parameters: Mapping[str, object] | None = None,
        *,
        wrong: Sequence[Wrong] = (),
        **extensions: Any,
    ) -> None:
        super().__init__(code, parameters, **extensions)
        self.wrong = wrong

    @classmethod
    def from_validation(cls, error: ValidationError) -> "InvalidRequest":
        """Tell what was wrong and where, without repeating values: they may be personal.

        The name of an unknown field is somebody's text too: the caller is told it, `detail`, which is also
        logged and stands on dead letters, is not.
        """
        found: Sequence[Mapping[str, Any]] = error.errors(include_url=False, include_input=False)
        return cls(wrong=[_wrong(each) for each in found[:MOST_FIELDS]])

    def said(self, language: "Language") -> str:
        """What it says, for people: of the first fields, where it says nothing of the whole."""
        if self.code or not self.wrong:
            return super().said(language)
        apart, between = ("；", "：") if language == "zh-CN" else ("; ", ": ")
        return apart.join(
            f"{each.alias or each.field}{between}{each.said(language)}" for each in self.wrong[:3]
        )

    def problem(self, instance: str = "", language: "Language" = "en") -> dict[str, Any]:
        """The problem document, with what is said of each field."""
        errors = {"errors": [each.shown(language) for each in self.wrong]} if self.wrong else {}
        return {**super().problem(instance, language), **errors}


LISTED = frozenset({"expected", "expected_tags", "expected_schemes"})
UNTOLD = frozenset({"tag", "input_value"})  # parameters of Pydantic's that repeat what was sent


def _wrong(found: Mapping[str, Any]) -> Wrong:
    """An error of Pydantic's, or of a validator of ours."""
    place, code, context = found["loc"], found["type"], found.get("ctx", NONE)
    ours = context.get("error")
    if isinstance(ours, InvalidField):
        return Wrong(_path(place), ours.code, ours.parameters)
    parameters = {name: _plain(name, value) for name, value in context.items() if name not in UNTOLD}
    alias = _path((*place[:-1], "(unknown field)")) if code == "extra_forbidden" else ""
    return Wrong(_path(place), code, parameters, alias)


def _plain(name: str, value: object) -> object:
    if name in LISTED:  # `'a', 'b' or 'c'`
        return re.findall(r"'([^']*)'", str(value)) or str(value)
    return value if isinstance(value, (int, float, str)) else str(value)


def _path(location: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in location)[:100] or "body"


class InvalidCursor(InvalidRequest):
    """A page cursor that we did not sign for this caller and this list."""

    slug = "invalid-cursor"


class Unauthenticated(LinliError):
    """No token, or one that we do not believe; `detail` says why in our log, and to nobody else."""

    status = HTTPStatus.UNAUTHORIZED
    slug = "unauthenticated"


class Forbidden(LinliError):
    """The caller belongs here but none of their roles may do this."""

    status = HTTPStatus.FORBIDDEN
    slug = "forbidden"


class WrongDeviceKind(Forbidden):
    """A device said what devices of its kind are not believed. It is answered and counted, and not parked:
    who holds any one certificate must not fill the dead letters of all actions.
    """

    slug = "wrong-device-kind"
    parked = False


class DeviceRevokedMeanwhile(Forbidden):
    """A device was revoked while its message was on the way. It is counted, and not parked."""

    slug = "device-revoked"
    parked = False


class NotFound(LinliError):
    """There is no such thing, or it belongs to a tenant the caller has no part in: the answer is the same."""

    status = HTTPStatus.NOT_FOUND
    slug = "not-found"


class Conflict(LinliError):
    """The thing is in a state that does not allow this."""

    status = HTTPStatus.CONFLICT
    slug = "conflict"


class PayloadTooLarge(LinliError):
    """A body over 256 KB."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    slug = "payload-too-large"


class UnsupportedMediaType(LinliError):
    """A body that is not JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    slug = "unsupported-media-type"


class IdempotencyKeyReused(LinliError):
    """The same Idempotency-Key came with another request."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "idempotency-key-reused"


class Unavailable(LinliError):
    """The store kept losing or refusing; the same request may succeed later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    slug = "unavailable"
    retryable = True


class DeviceNotKnown(Unavailable):
    """The registry's word on a device, told when it is registered, has not arrived here yet."""

    slug = "device-not-known"
