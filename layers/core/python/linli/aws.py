"""botocore clients, made on first use and kept for the life of the process."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session


@cache
def _session() -> "Session":
    from botocore.session import get_session  # noqa: PLC0415  a function that never calls AWS does not pay for it

    return get_session()


@cache
def client(service: str) -> Any:
    """A client for an AWS service; short timeouts, so that a retry fits into a function's own."""
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
