"""Clients of AWS, made on first use and kept for the life of the process; what their errors say."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from linli.errors import Unavailable
from linli.json_services import SENT_BEFORE, SERVICES, Client

if TYPE_CHECKING:
    from botocore.session import Session


MAY_PASS = frozenset(
    {
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "SlowDown",
        "ServiceUnavailableException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    }
)  # fmt: skip


@cache
def _session() -> "Session":
    from botocore.session import get_session  # noqa: PLC0415  a function that never calls AWS does not pay for it

    return get_session()


@cache
def client(service: str) -> Any:
    """A client for an AWS service: ours for what functions ask all the time, else botocore's. Timeouts are
    short, so that a retry fits into a function's own.
    """
    return Client(SERVICES[service]) if service in SERVICES else of_botocore(service)


@cache
def of_botocore(service: str) -> Any:
    """A client of botocore for any service."""
    from botocore.config import Config  # noqa: PLC0415

    return _session().create_client(
        service,
        config=Config(
            connect_timeout=1,
            read_timeout=5,
            retries={"mode": "standard", "max_attempts": 3},
            # Left to itself, botocore presigns in the older regions with a signature that AWS phases out.
            signature_version="s3v4" if service == "s3" else None,
        ),
    )


def failures() -> tuple[type[Exception], ...]:
    """What a client raises: silence, and refusals."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    return BotoCoreError, ClientError


def error_code(error: BaseException | None) -> str | None:
    """AWS's code for an error of a client, or of PynamoDB over one; None where AWS has answered nothing.

    PynamoDB's own `cause_response_code` cannot be asked: of a silent store botocore's error holds a response
    that is None, which it does not expect.
    """
    code: str | None = _response(error).get("Error", {}).get("Code")
    return code


def met_itself(error: BaseException | None) -> bool:
    """Whether a call that was refused may have been applied before: its reply was lost, it was sent again."""
    return SENT_BEFORE in _response(error).get("Error", {})


def _response(error: BaseException | None) -> dict[str, Any]:
    response = getattr(getattr(error, "cause", error), "response", None)
    return response if isinstance(response, dict) else {}


@contextmanager
def answering() -> Iterator[None]:
    """Raises Unavailable when the store fails inside, or any other service of AWS is silent or busy.

    What a service refuses for good, a missing right or a call that makes no sense, passes as it is: it is a
    fault of ours, which trying again does not mend.
    """
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError  # noqa: PLC0415
    from pynamodb.exceptions import PynamoDBException  # noqa: PLC0415

    try:
        yield
    except PynamoDBException as error:
        raise Unavailable("store_silent") from error
    except ParamValidationError:
        raise
    except BotoCoreError as error:
        raise Unavailable("cloud_silent") from error
    except ClientError as error:
        if not _may_pass(error):
            raise
        raise Unavailable("cloud_busy") from error


def _may_pass(error: Exception) -> bool:
    status = _response(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return error_code(error) in MAY_PASS or status >= HTTPStatus.INTERNAL_SERVER_ERROR
