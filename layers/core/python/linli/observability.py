"""One way to observe: `observed` gives an attempt its log line, with its outcome, and its trace segment.

A metric costs as much as 480,000 writes to a table, for each outcome of each action. So only outcomes that
an alarm looks at are metrics: those that the deployment names in `LINLI_COUNTED`, as `<action>:<outcome>`,
and an error that nobody foresaw, of the whole service. All others are in the logs (`outcome`, `flags`).

Logs are JSON with community, device and correlation ids; personal data is masked by key, and the message of
an unexpected exception is never logged, because it may repeat what came in.

What one attempt causes in others has its correlation id: facts carry it (`correlationid` of the CloudEvent),
tasks as well. Where that ends by nature, since a bill sums up a month and somebody pays when they like, lines
say what they are `about`, and of what they are a sum (`sums`): `linli trace` follows both.
"""

import os
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from linli.aws import answering, error_code
from linli.errors import LinliError

if TYPE_CHECKING:
    from aws_lambda_powertools import Tracer

NAMESPACE = "Linli"
ERROR = "error"
MASK = "***"
PERSONAL = frozenset(
    {
        "ambient_c", "code", "credential", "email", "face", "name", "payload", "phone", "plate",
        "reason_text", "template", "temperature_c", "token", "value", "visitor_name", "birth_date",
        "authorization", "open_id", "openid", "buyer_id", "buyer_logon_id", "private_key", "api_v3_key",
    }
)  # fmt: skip


def masked(value: Any) -> Any:
    """The same structure with every value under a personal key replaced by `***`."""
    if isinstance(value, Mapping):
        return {key: MASK if str(key).lower() in PERSONAL else masked(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [masked(one) for one in value]
    return value


class _MaskingFormatter(LambdaPowertoolsFormatter):
    def serialize(self, log: Any) -> str:
        return super().serialize(masked(log))


@cache
def _logger() -> Logger:
    # Chalice gives the logger of the same name the level ERROR; ours is said here.
    return Logger(level=os.environ.get("POWERTOOLS_LOG_LEVEL", "INFO"), logger_formatter=_MaskingFormatter())


@cache
def _tracer() -> "Tracer":
    from aws_lambda_powertools import Tracer  # noqa: PLC0415  the X-Ray SDK costs 0.1 s of a cold start

    return Tracer(patch_modules=["botocore", "httplib"])  # our own clients of AWS speak by the second


def _segment(action: str) -> Any:
    if os.environ.get("POWERTOOLS_TRACE_DISABLED", "true") != "false":
        return nullcontext()
    return _tracer().provider.in_subsegment(f"## {action}")


@dataclass(slots=True)
class Attempt:
    """What is being observed; the code inside says how it ended, and what was odd about it (`flags`)."""

    outcome: str = "ok"
    flags: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    about: set[str] = field(default_factory=set)
    sums: set[str] = field(default_factory=set)

    def links(self) -> dict[str, list[str]]:
        """What is logged of what it is about."""
        said = {"about": sorted(self.about), "sums": sorted(self.sums)}
        return {name: links for name, links in said.items() if links}


_current: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


def correlation_id() -> str:
    """That of the attempt that is going on: whoever is told of what it causes is told this as well."""
    attempt = _current.get()
    return attempt.keys["correlation_id"] if attempt else ""


def about(community: str, kind: str, *ids: str) -> None:
    """Say in the attempt's log line what it is about, so that others about the same are found by it."""
    attempt = _current.get()
    if attempt is not None:
        attempt.about.update(f"{community}/{kind}/{each}" for each in ids)


def sums(community: str, kind: str, *ids: str) -> None:
    """Say in the attempt's log line of what it is a sum: of all that was about the same before."""
    attempt = _current.get()
    if attempt is not None:
        attempt.sums.update(f"{community}/{kind}/{each}" for each in ids)


@contextmanager
def _going_on(attempt: Attempt) -> Iterator[None]:
    """Let lines carry the keys of an attempt, and after it those of the attempt that it is a part of."""
    logger, before = _logger(), _current.get()
    token = _current.set(attempt)
    logger.append_keys(**attempt.keys)
    try:
        yield
    finally:
        _current.reset(token)
        logger.remove_keys(attempt.keys)
        if before is not None:
            logger.append_keys(**before.keys)


@contextmanager
def observed(action: str, correlation_id: str, **keys: str) -> Iterator[Attempt]:
    """Log, count and trace one attempt at `action`; errors pass through, those of a silent or busy AWS as
    Unavailable.

    `keys` (community, device, person …) go on every log line written inside. They must be ids.
    """
    logger = _logger()
    attempt = Attempt(keys={"action": action, "correlation_id": correlation_id, **keys})
    with _going_on(attempt), _segment(action):
        try:
            with answering():
                yield attempt
        except LinliError as error:
            attempt.outcome = error.slug
            said = {"outcome": error.slug, "detail": error.detail, "retryable": error.retryable}
            logger.warning(error.slug, extra={**said, "cause": _cause(error), **attempt.links()})
            raise
        except Exception as error:
            attempt.outcome = ERROR
            where = [
                f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
            ]
            what = {"outcome": attempt.outcome, "exception": type(error).__name__, "where": where[-8:]}
            extra = {**what, **attempt.links()}
            logger.error("unexpected", extra=extra)  # noqa: TRY400  its message may be personal
            raise
        except BaseException:
            attempt.outcome = ERROR  # the process was told to end in the middle of it
            raise
        else:
            flags = {"flags": attempt.flags} if attempt.flags else {}
            logger.info(attempt.outcome, extra={"outcome": attempt.outcome, **flags, **attempt.links()})
        finally:
            _count(action, attempt.outcome)


@dataclass(slots=True)
class Series:
    """Attempts of which none holds up another: how those that went well ended, and how many did not."""

    outcomes: list[str] = field(default_factory=list)
    failed: int = 0

    @contextmanager
    def attempt(self, action: str, correlation_id: str, **keys: str) -> Iterator[Attempt]:
        """`observed`, but that an error, once it is logged and counted, is passed over."""
        try:
            with observed(action, correlation_id, **keys) as attempt:
                yield attempt
        except Exception:  # noqa: BLE001  observed has logged and counted it
            self.failed += 1
        else:
            self.outcomes.append(attempt.outcome)


def _cause(error: LinliError) -> str | None:
    """What lay behind it, by its type and AWS's error code: a message could repeat what came in."""
    cause = error.__cause__
    if cause is None:
        return None
    code = error_code(cause)
    return f"{type(cause).__name__} {code}".rstrip() if code else type(cause).__name__


def _count(action: str, outcome: str) -> None:
    """Where an alarm looks at it."""
    if outcome == ERROR:
        _send("Errors")
    if f"{action}:{outcome}" in os.environ.get("LINLI_COUNTED", "").split():
        _send("Attempts", action=action, outcome=outcome)


def _send(name: str, **dimensions: str) -> None:
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace=NAMESPACE) as metric:
        metric.add_dimension("service", os.environ.get("LINLI_SERVICE", "linli"))
        for dimension, value in dimensions.items():
            metric.add_dimension(dimension, value)
