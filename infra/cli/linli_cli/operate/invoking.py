"""Deployed functions, called by name."""

import json
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from linli_cli.cloud import Cloud
from linli_cli.deploy.stacks import full_name
from linli_cli.errors import CommandError, Unanswered

TOO_SLOW = "Sandbox.Timedout"


@dataclass(frozen=True)
class Invocation:
    """What a function answered: `error` is the message of one that failed, else empty."""

    body: Any
    error: str
    milliseconds: float


def invoke(cloud: Cloud, function: str, event: Any, *, may_fail: bool = False) -> Invocation:
    """Call a function and wait for its answer.

    Raises CommandError if it is not deployed and, unless it `may_fail`, if it fails: Unanswered if it only
    took too long.
    """
    started = time.perf_counter()
    payload = json.dumps(event).encode()
    answer = called(cloud, function, payload, "RequestResponse")
    body = json.loads(answer["Payload"].read() or b"null")
    took = (time.perf_counter() - started) * 1000
    error = ""
    if answer.get("FunctionError"):
        error = str(body.get("errorMessage", "failed")) if isinstance(body, dict) else "failed"
    if error and not may_fail:
        short = function.removeprefix(full_name(cloud.stage, ""))
        kind = Unanswered if body.get("errorType") == TOO_SLOW else CommandError
        raise kind(f"{short} failed: {error} (see `linli logs {short}`)")
    return Invocation(body, error, took)


def hand_over(cloud: Cloud, function: str, payload: bytes) -> None:
    """Call a function and do not wait for its answer. Raises CommandError if it is not deployed."""
    called(cloud, function, payload, "Event")


def called(cloud: Cloud, function: str, payload: bytes, kind: str) -> Any:
    functions = cloud.client("lambda")
    try:
        return functions.invoke(FunctionName=function, InvocationType=kind, Payload=payload)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        service = function.removeprefix(full_name(cloud.stage, "")).partition("-")[0]
        raise CommandError(f"there is no function {function}: deploy it: linli deploy {service}") from None
