"""Days and times of day as a community's clocks have them: no offset, since its time zone says that.

A day is `YYYY-MM-DD` and a time of day `HH:MM`, in whole minutes; anything else that would also read as one
(digits as a Unix time, an hour with seconds or an offset) is refused and not stored as another.
"""

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer, WithJsonSchema
from pydantic.functional_validators import BeforeValidator

from linli.errors import InvalidField

CLOCK_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"  # policies of before 2026-11-26 are stored with :00
_CLOCK = re.compile(CLOCK_PATTERN.removesuffix("$"))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DAY_MINUTES = 24 * 60


def minute_of(at: time) -> int:
    """The minute of the day, from 0."""
    return at.hour * 60 + at.minute


def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """When the clocks of a zone first show this minute of a day, in UTC; where they jump over it, the jump.

    More than the minutes of a day are in days to come. A later minute is never an earlier instant.
    """
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    at = local.replace(tzinfo=zone).astimezone(UTC)
    second = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if at <= second:
        return at

    def shown(seconds: int) -> datetime:
        return (second + timedelta(seconds=seconds)).astimezone(zone).replace(tzinfo=None)

    jump = bisect_left(range((at - second) // timedelta(seconds=1)), local, key=shown)
    return second + timedelta(seconds=jump)


def clock_text(at: time) -> str:
    """`08:30`."""
    return f"{at:%H:%M}"


def _clock(value: Any) -> time:
    if isinstance(value, str) and _CLOCK.fullmatch(value):
        return time.fromisoformat(value)
    if isinstance(value, time) and not (value.tzinfo or value.second or value.microsecond):
        return value
    raise InvalidField("no_clock")


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise InvalidField("no_day")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidField("no_day") from error


ClockTime = Annotated[
    time,
    BeforeValidator(_clock),
    PlainSerializer(clock_text, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": CLOCK_PATTERN}),
]
Day = Annotated[date, BeforeValidator(_day)]
