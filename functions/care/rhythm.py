"""A person's rhythm (作息): how long a silence is usual for them by the hour at which it begins.

For each hour of the day, and of the week, the longest silence that began in it is remembered, and fades by a
little every day lived at home. What is allowed is the longest of that hour and its neighbours and a margin
for what has not happened yet: so a nap, a night and a weekly outing are left in peace, each at its time, and
nobody waits for the night's patience at ten in the morning. The hours of the week weigh in as weeks go by;
until six weeks are known, so does the community's default. Outings have a measure of their own: how long they
take, and by when somebody is home.

A rhythm is under 4 KB of JSON however long it has been learned; learning and asking cost the same always.
Rules of greater skill (the log-likelihood of each hour's silence, quantiles calibrated on own history) were
no better on the simulated lives: what limits all of them is how rarely a person is unusual.
"""

from datetime import datetime, timedelta, tzinfo
from typing import Annotated

from pydantic import Field

from linli.contracts import Contract
from linli.policies import CarePolicy

DAY, WEEK = 24, 7 * 24  # hours
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LONGEST = timedelta(hours=24)  # a longer silence is an absence nobody told us of, not a rhythm
MARGIN = timedelta(hours=5)  # chosen on simulated lives, on other seeds than tests/bench reports
KEPT_A_DAY = 0.998  # of what is remembered by the hour of the day: a half-life of a year
KEPT_A_WEEKDAY = 0.9985
DAYS_TO_TRUST = 42  # until then the community's default weighs in
WEEKS_TO_SPECIALISE = 104  # by then an hour of the week weighs as much as that hour of all days

SHORTEST_OUTING = timedelta(minutes=15)  # a shorter one is a word at the door
OUTINGS_KEPT = 40
OUTINGS_TO_TRUST = 8
OUTING_MARGIN = 1.3
HOME_BY_MARGIN = timedelta(hours=2)

Seconds = Annotated[int, Field(ge=0, le=86_400)]
Minutes = Annotated[int, Field(ge=0, le=1440)]


class Rhythm(Contract):
    """What is remembered of somebody's silences. Stored as JSON; `EMPTY` is that of someone new.

    `hours`, `week`: the longest silence, in seconds, that began in each hour of the day and of the week
    (Monday 0:00 first), faded. `days`: days lived at home that it was learned on; `day`: the last of them, as
    an ordinal. `outings`, `returns`: minutes that the last outings took and the minute of the day at which
    they ended, the latest first.
    """

    hours: Annotated[tuple[Seconds, ...], Field(min_length=DAY, max_length=DAY)] = (0,) * DAY
    week: Annotated[tuple[Seconds, ...], Field(min_length=WEEK, max_length=WEEK)] = (0,) * WEEK
    days: Annotated[int, Field(ge=0)] = 0
    day: Annotated[int, Field(ge=0)] = 0
    outings: Annotated[tuple[Minutes, ...], Field(max_length=OUTINGS_KEPT)] = ()
    returns: Annotated[tuple[Minutes, ...], Field(max_length=OUTINGS_KEPT)] = ()


EMPTY = Rhythm()


class Allowance(Contract):
    """How long a silence may last, and why, in words for whoever is called."""

    gap: timedelta
    words: str


def learned(
    rhythm: Rhythm, since: datetime, until: datetime, zone: tzinfo, *, outing: bool = False
) -> Rhythm:
    """The rhythm after a silence, or an outing, that ended well.

    Days away and silences while the sensors could not see are left out by the caller; silences of more than a
    day are ignored here.
    """
    length = until - since
    if not timedelta() < length <= LONGEST:
        return rhythm
    if outing:
        return _returned(rhythm, length, until.astimezone(zone))
    local = since.astimezone(zone)
    slot, seconds, day = local.weekday() * DAY + local.hour, length // SECOND, local.toordinal()
    if day == rhythm.day and seconds <= min(rhythm.hours[local.hour], rhythm.week[slot]):
        return rhythm
    hours, week, days = rhythm.hours, rhythm.week, rhythm.days
    if day != rhythm.day:
        hours = tuple(int(each * KEPT_A_DAY) for each in hours)
        week = tuple(int(each * KEPT_A_WEEKDAY) for each in week)
        days += 1
    return rhythm.model_copy(
        update={
            "hours": _with(hours, local.hour, seconds),
            "week": _with(week, slot, seconds),
            "days": days,
            "day": day,
        }
    )


def allowed(
    rhythm: Rhythm, at: datetime, zone: tzinfo, policy: CarePolicy, *, outing: bool = False
) -> Allowance:
    """How long a silence that begins `at` may last, or an outing that does, before somebody asks.

    Never less than the policy's floor nor more than its cap.
    """
    local = at.astimezone(zone)
    if outing:
        return _outing(rhythm, local, policy)
    longest = _longest(rhythm, local)
    gap = _blend(rhythm.days / DAYS_TO_TRUST, longest + MARGIN, timedelta(hours=policy.default_hours))
    gap = max(timedelta(hours=policy.floor_hours), min(gap, timedelta(hours=policy.cap_hours)))
    if not longest:
        return Allowance(gap=gap, words=f"no rhythm known yet at this hour; {spoken(gap)} are allowed")
    return Allowance(gap=gap, words=f"usually moves within {spoken(longest)} at this hour")


def spoken(length: timedelta) -> str:
    """`3 h 10 min`."""
    hours, minutes = divmod(length // MINUTE, 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"


def _longest(rhythm: Rhythm, local: datetime) -> timedelta:
    """The longest silence that began about this hour lately."""
    hour, slot = local.hour, local.weekday() * DAY + local.hour
    of_day = max(rhythm.hours[(hour + each) % DAY] for each in (-1, 0, 1))
    of_week = max(rhythm.week[(slot + each) % WEEK] for each in (-1, 0, 1))
    weeks = rhythm.days / 7
    weight = weeks / (weeks + WEEKS_TO_SPECIALISE)
    return (of_day + weight * (of_week - of_day)) * SECOND


def _returned(rhythm: Rhythm, length: timedelta, local: datetime) -> Rhythm:
    if length < SHORTEST_OUTING:
        return rhythm
    outings = (length // MINUTE, *rhythm.outings)[:OUTINGS_KEPT]
    returns = (_minute(local), *rhythm.returns)[:OUTINGS_KEPT]
    return rhythm.model_copy(update={"outings": outings, "returns": returns})


def _outing(rhythm: Rhythm, local: datetime, policy: CarePolicy) -> Allowance:
    """Until past the hour by which the person has always been back, and longer than their longest outing."""
    cap = timedelta(hours=policy.out_cap_hours)
    longest = max(rhythm.outings, default=0) * MINUTE
    home_by = max(rhythm.returns, default=0) * MINUTE + HOME_BY_MARGIN
    own = max(OUTING_MARGIN * longest, home_by - _minute(local) * MINUTE)
    gap = _blend(len(rhythm.outings) / OUTINGS_TO_TRUST, own, cap)
    gap = max(timedelta(hours=policy.floor_hours), min(gap, cap))
    if not rhythm.outings:
        return Allowance(gap=gap, words=f"no outing known yet; {spoken(gap)} are allowed")
    return Allowance(gap=gap, words=f"usually back within {spoken(longest)}")


def _blend(known: float, own: timedelta, default: timedelta) -> timedelta:
    return default + min(known, 1.0) * (own - default)


def _with(longest: tuple[int, ...], index: int, seconds: int) -> tuple[int, ...]:
    if seconds <= longest[index]:
        return longest
    return (*longest[:index], seconds, *longest[index + 1 :])


def _minute(local: datetime) -> int:
    """Of the day."""
    return local.hour * 60 + local.minute
