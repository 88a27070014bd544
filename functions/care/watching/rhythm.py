"""A person's rhythm (作息): how long a silence is usual for them by the hour at which it begins.

For each hour of the day, and of the week, the longest silence that began in it is remembered, and fades by a
little every day lived at home. What was silent from ten at night until seven was silent from two on as well:
so a silence that begins within one that is known may last until its end. Allowed is the longest of that hour
and its neighbours, and a margin for what has not happened yet: half an hour and a part of what is missing to
the cap in the first three weeks, while it is worth a call to get to know somebody; five hours after as many
again, when a call should be rare; or twice as much as the person has surprised us by since three weeks of
them were known. So a nap, a night and a weekly outing are left in peace, each at its time, and nobody waits
for the night's patience at ten in the morning. The hours of the week weigh in as weeks go by.

Somebody of whom nothing is known is judged by what is usual at that hour (`USUAL`), never longer than the
community allows (`default_hours`), and in proportion to it where that is more than a night. Their own history
weighs in with the square of the days it has: next to nothing after two days, of which the longest silence
says little, half after six, nearly all after a month. Outings have a measure of their own: how long they
take, and by when somebody is home.

A rhythm is under 4 KB of JSON however long it has been learned; learning and asking cost the same always.
Rules of greater skill (the log-likelihood of each hour's silence, quantiles calibrated on own history) were
no better on the simulated lives: what limits all of them is how rarely a person is unusual.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, NamedTuple

from pydantic import Field

from linli.contracts import Contract
from linli.vocabulary.care import CarePolicy

DAY, WEEK = 24, 7 * 24  # hours
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LONGEST = timedelta(hours=24)  # a longer silence is an absence nobody told us of, not a rhythm
MARGIN = timedelta(minutes=30)
LATER_MARGIN = timedelta(hours=5)
FIRST_DAYS = 21  # from then on the margin grows, and is the later one after as many again
SHARE = 0.2  # of what the own longest silence leaves to the cap: the shorter it is, the less it has shown
DAYS_TO_BE_SURPRISED = 21  # until then what is longer than ever is no surprise
SURPRISES = 2  # so many times as much as somebody has surprised us by is left to them
KEPT_OF_A_SURPRISE = 0.995  # a day: a half-life of twenty weeks
KEPT_A_DAY = 0.998  # of what is remembered by the hour of the day: a half-life of a year
KEPT_A_WEEKDAY = 0.9985
DAYS_TO_TRUST = 6  # by then somebody's own history weighs as much as what is usual
WEEKS_TO_SPECIALISE = 104  # by then an hour of the week weighs as much as that hour of all days
NIGHT, DAYTIME = 12, 9  # hours: a night with its evening; a day out whose leaving nobody has heard
DAWN, DUSK = 5, 19  # o'clock
LIES_IN = 14  # o'clock by which a night is over, whenever it began
USUAL = (
    *(min(NIGHT, LIES_IN - hour) for hour in range(DAWN)),
    *(min(DAYTIME + max(hour - 16, 0), NIGHT) for hour in range(DAWN, DUSK)),
    *(NIGHT for _ in range(DUSK, DAY)),
)

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
    an ordinal. `surprise`: by how many seconds a silence was longer than ever at its hour, faded. `outings`,
    `returns`: minutes that the last outings took and the minute of the day at which they ended, the latest
    first.
    """

    hours: Annotated[tuple[Seconds, ...], Field(min_length=DAY, max_length=DAY)] = (0,) * DAY
    week: Annotated[tuple[Seconds, ...], Field(min_length=WEEK, max_length=WEEK)] = (0,) * WEEK
    days: Annotated[int, Field(ge=0)] = 0
    day: Annotated[int, Field(ge=0)] = 0
    surprise: Seconds = 0
    outings: Annotated[tuple[Minutes, ...], Field(max_length=OUTINGS_KEPT)] = ()
    returns: Annotated[tuple[Minutes, ...], Field(max_length=OUTINGS_KEPT)] = ()


EMPTY = Rhythm()


class Gap(NamedTuple):
    """A silence at home, or an `outing`, that ended well."""

    since: datetime
    until: datetime
    outing: bool = False


class Allowance(Contract):
    """How long a silence may last, and why, in words for whoever is called."""

    gap: timedelta
    words: str


def learned(
    rhythm: Rhythm, since: datetime, until: datetime, zone: tzinfo, *, outing: bool = False
) -> Rhythm:
    """The rhythm after a silence, or an outing, that ended well."""
    return taught(rhythm, [Gap(since, until, outing)], zone)


def taught(rhythm: Rhythm, silences: Sequence[Gap], zone: tzinfo) -> Rhythm:
    """The rhythm after silences that ended well, in the order in which they were.

    Days away and silences while the sensors could not see are left out by the caller; silences of more than a
    day are ignored here. The day before the last one known makes nothing fade: it is told of late.
    """
    if not silences:
        return rhythm
    hours, week, surprise = list(rhythm.hours), list(rhythm.week), rhythm.surprise
    days, day = rhythm.days, rhythm.day
    outings, returns = list(rhythm.outings), list(rhythm.returns)
    for since, until, outing in silences:
        length = until - since
        if not timedelta() < length <= LONGEST:
            continue
        if outing:
            if length >= SHORTEST_OUTING:
                outings.insert(0, length // MINUTE)
                returns.insert(0, _minute(until.astimezone(zone)))
            continue
        local = since.astimezone(zone)
        if (today := local.toordinal()) not in {day, day - 1}:
            hours = [int(each * KEPT_A_DAY) for each in hours]
            week = [int(each * KEPT_A_WEEKDAY) for each in week]
            surprise, days, day = int(surprise * KEPT_OF_A_SURPRISE), days + 1, today
        slot, seconds = local.weekday() * DAY + local.hour, length // SECOND
        if days > DAYS_TO_BE_SURPRISED and length > HOUR:
            surprise = max(surprise, seconds - _about(hours, local.hour))
        hours[local.hour] = max(hours[local.hour], seconds)
        week[slot] = max(week[slot], seconds)
    changes = {
        "hours": tuple(hours),
        "week": tuple(week),
        "days": days,
        "day": day,
        "surprise": surprise,
        "outings": tuple(outings[:OUTINGS_KEPT]),
        "returns": tuple(returns[:OUTINGS_KEPT]),
    }
    return rhythm if changes == dict(rhythm) else rhythm.model_copy(update=changes)


def distrusted(rhythm: Rhythm, days: int) -> Rhythm:
    """The rhythm when the last `days` have taught it wrong: it is trusted as if it had not lived them."""
    return rhythm.model_copy(update={"days": max(rhythm.days - days, 0)})


def allowed(
    rhythm: Rhythm, at: datetime, zone: tzinfo, policy: CarePolicy, *, outing: bool = False
) -> Allowance:
    """How long a silence that begins `at` may last, or an outing that does, before somebody asks.

    Never less than the policy's floor nor more than its cap.
    """
    local = at.astimezone(zone)
    if outing:
        return _outing(rhythm, local, policy)
    cap, longest = timedelta(hours=policy.cap_hours), _longest(rhythm, local)
    more = max(policy.default_hours / NIGHT, 1)
    usual = timedelta(hours=min(USUAL[local.hour] * more, policy.default_hours))
    known = min(max(rhythm.days / FIRST_DAYS - 1, 0), 1)
    own = longest + max(MARGIN + known * (LATER_MARGIN - MARGIN), SURPRISES * rhythm.surprise * SECOND)
    own += (1 - known) * SHARE * max(cap - own, timedelta())
    gap = max(timedelta(hours=policy.floor_hours), min(_blend(rhythm.days / DAYS_TO_TRUST, own, usual), cap))
    if not longest:
        return Allowance(gap=gap, words=f"no rhythm known yet at this hour; {spoken(gap)} are allowed")
    return Allowance(gap=gap, words=f"usually moves within {spoken(longest)} at this hour")


def spoken(length: timedelta) -> str:
    """`3 h 10 min`."""
    hours, minutes = divmod(length // MINUTE, 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"


def _longest(rhythm: Rhythm, local: datetime) -> timedelta:
    """The longest silence that began about this hour lately, or what was left of one that had."""
    of_day = _about(rhythm.hours, local.hour)
    of_week = _about(rhythm.week, local.weekday() * DAY + local.hour)
    weeks = rhythm.days / 7
    weight = weeks / (weeks + WEEKS_TO_SPECIALISE)
    return (of_day + weight * (of_week - of_day)) * SECOND


def _about(hours: Sequence[int], hour: int) -> int:
    """Seconds: the longest of an hour and its neighbours, silences of the day before them counted in."""
    left = 0
    for each in range(hour - DAY, hour):
        left = max(left - 3600, hours[each % len(hours)])
    return max(left, *(hours[each % len(hours)] for each in (hour, hour + 1)))


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


def _blend(known: float, own: timedelta, usual: timedelta) -> timedelta:
    """What is usual, the own history weighing in by how many times as much is known as is half trusted."""
    return usual + known**2 / (known**2 + 1) * (own - usual)


def _minute(local: datetime) -> int:
    """Of the day."""
    return local.hour * 60 + local.minute
