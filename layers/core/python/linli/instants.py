"""Time as Linli stores and sends it: UTC, RFC 3339 with milliseconds."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, PlainSerializer
from pydantic.functional_validators import AfterValidator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEARS = range(1900, 9900)  # with room on both sides for what is added and for any time zone
DEVICE_CLOCK_TOLERANCE = timedelta(minutes=5)


def from_millis(millis: int) -> datetime:
    """The instant `millis` milliseconds after the Unix epoch."""
    return EPOCH + timedelta(milliseconds=millis)


def to_text(instant: datetime) -> str:
    """`2026-01-05T08:00:00.000Z`; sorts as text in time order."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_epoch_seconds(instant: datetime) -> int:
    """Whole seconds since the Unix epoch, as DynamoDB's TTL wants them."""
    return int(instant.timestamp())


def _in_utc(instant: datetime) -> datetime:
    try:
        utc = instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is not a time we can store") from error
    if utc.year not in YEARS:
        raise ValueError("is not a time we can store")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc), PlainSerializer(to_text, when_used="json")]
