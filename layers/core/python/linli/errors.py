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

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from pydantic import ValidationError

PROBLEM_PREFIX = "urn:linli:problem:"


class LinliError(Exception):
    """Something went wrong that has a defined answer.

    `detail` is shown to the caller and logged: it must not hold personal data.
    `extensions` become members of the problem document. `parked`: whether a message that ended so is of use
    to a human later on.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong on our side"
    retryable: ClassVar[bool] = False
    parked: ClassVar[bool] = True

    def __init__(self, detail: str = "", **extensions: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extensions = extensions

    def problem(self, instance: str = "") -> dict[str, Any]:
        """The problem document (RFC 9457 section 3); `instance` is the correlation id of the attempt."""
        return {
            "type": PROBLEM_PREFIX + self.slug,
            "title": self.title,
            "status": self.status.value,
            **({"detail": self.detail} if self.detail else {}),
            **({"instance": instance} if instance else {}),
            **self.extensions,
        }


class InvalidRequest(LinliError):
    """What came in does not have the declared shape; sending it again cannot help."""

    status = HTTPStatus.BAD_REQUEST
    slug = "invalid-request"
    title = "The request is not valid"

    @classmethod
    def from_validation(cls, error: ValidationError) -> "InvalidRequest":
        """Tell what was wrong and where, without repeating values: they may be personal.

        The name of an unknown field is somebody's text too: the caller is told it, `detail`, which is also
        logged and stands on dead letters, is not.
        """
        found: Sequence[Mapping[str, Any]] = error.errors(
            include_url=False, include_context=False, include_input=False
        )[:20]
        errors = [{"field": _path(one["loc"]), "message": one["msg"]} for one in found]
        detail = "; ".join(f"{_path(_ours(one))}: {one['msg']}" for one in found[:3])
        return cls(detail, errors=errors)


def _path(location: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in location)[:100] or "body"


def _ours(one: Mapping[str, Any]) -> Sequence[str | int]:
    location: Sequence[str | int] = one["loc"]
    return (*location[:-1], "(unknown field)") if one["type"] == "extra_forbidden" else location


class InvalidCursor(InvalidRequest):
    """A page cursor that we did not sign for this caller and this list."""

    slug = "invalid-cursor"
    title = "The cursor is not valid here"


class Unauthenticated(LinliError):
    """No token, or one that we do not believe; `detail` says why in our log, and to nobody else."""

    status = HTTPStatus.UNAUTHORIZED
    slug = "unauthenticated"
    title = "A valid token is needed"


class Forbidden(LinliError):
    """The caller belongs here but none of their roles may do this."""

    status = HTTPStatus.FORBIDDEN
    slug = "forbidden"
    title = "Your roles do not allow this"


class WrongDeviceKind(Forbidden):
    """A device said what devices of its kind are not believed. It is answered and counted, and not parked:
    who holds any one certificate must not fill the dead letters of all actions.
    """

    slug = "wrong-device-kind"
    title = "Devices of this kind are not believed here"
    parked = False


class DeviceRevokedMeanwhile(Forbidden):
    """A device was revoked while its message was on the way. It is counted, and not parked."""

    slug = "device-revoked"
    title = "This device was revoked"
    parked = False


class NotFound(LinliError):
    """There is no such thing, or it belongs to a tenant the caller has no part in: the answer is the same."""

    status = HTTPStatus.NOT_FOUND
    slug = "not-found"
    title = "Not found"


class Conflict(LinliError):
    """The thing is in a state that does not allow this."""

    status = HTTPStatus.CONFLICT
    slug = "conflict"
    title = "Not possible in the present state"


class PayloadTooLarge(LinliError):
    """A body over 256 KB."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    slug = "payload-too-large"
    title = "The body is too large"


class UnsupportedMediaType(LinliError):
    """A body that is not JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    slug = "unsupported-media-type"
    title = "Send application/json"


class IdempotencyKeyReused(LinliError):
    """The same Idempotency-Key came with another request."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"


class Unavailable(LinliError):
    """The store kept losing or refusing; the same request may succeed later."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    slug = "unavailable"
    title = "Please try again"
    retryable = True


class DeviceNotKnown(Unavailable):
    """The registry's word on a device, told when it is registered, has not arrived here yet."""

    slug = "device-not-known"
    title = "This device is not known here yet"
