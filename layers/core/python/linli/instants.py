"""Time as Linli stores and sends it: UTC, RFC 3339 with milliseconds.

What comes in is RFC 3339 with an offset and nothing else: digits are no Unix time, a day is no instant, and a
time without an offset is nobody's. Local days and times of day are in `linli.local_times`.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, PlainSerializer, WithJsonSchema
from pydantic.functional_validators import AfterValidator, BeforeValidator

from linli.errors import InvalidField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(1900, 9900)  # with room on both sides for what is added and for any time zone
DEVICE_CLOCK_TOLERANCE = timedelta(minutes=5)
_RFC_3339 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:)([0-9]{2})(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.IGNORECASE,
)
_LEAP_SECOND = "60"
LAST_MINUTE = (23, 59)


def from_millis(millis: int) -> datetime:
    """The instant `millis` milliseconds after the Unix epoch."""
    return EPOCH + timedelta(milliseconds=millis)


def to_millis(instant: datetime) -> int:
    """Whole milliseconds since the Unix epoch."""
    return round(instant.timestamp() * 1000)


def to_text(instant: datetime) -> str:
    """`2026-01-05T08:00:00.000Z`; sorts as text in time order."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_epoch_seconds(instant: datetime) -> int:
    """Whole seconds since the Unix epoch, as DynamoDB's TTL wants them."""
    return int(instant.timestamp())


def parsed(text: str) -> datetime:
    """The instant that an RFC 3339 date-time says (section 5.6). Raises ValueError for any other text.

    A leap second, which only a UTC day's last minute may have, is the last millisecond before it: no day of
    ours has more than 86,400 seconds.
    """
    found = _RFC_3339.fullmatch(text)
    if found is None:
        raise InvalidField("no_instant")
    leaps = found[2] == _LEAP_SECOND
    try:
        instant = datetime.fromisoformat(_before_the_leap(text, found) if leaps else text.upper())
        out_of_place = leaps and instant.astimezone(UTC).timetuple()[3:5] != LAST_MINUTE
    except (ValueError, OverflowError) as error:
        raise InvalidField("no_instant") from error
    if out_of_place:
        raise InvalidField("no_instant")
    return instant


def _before_the_leap(text: str, found: re.Match[str]) -> str:
    offset = text[-1] if text[-1] in "zZ" else text[-6:]
    return f"{found[1]}59.999{offset}".upper()


def _rfc_3339(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise InvalidField("no_instant")
    return parsed(value)


def _in_utc(instant: datetime) -> datetime:
    try:
        utc = instant.astimezone(UTC)
    except OverflowError as error:
        raise InvalidField("not_storable") from error
    if utc.year not in YEARS:
        raise InvalidField("not_storable")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc_3339),
    AfterValidator(_in_utc),
    PlainSerializer(to_text, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
