"""Where a credential is good, from when until when, and in which hours of the week."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from functions.access.gates.models import CredentialKind
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import ClockTime

DAYS_OF_WEEK = 7
MIDNIGHT = time(0)


class Window(Contract):
    """Hours of the week in the community's time zone; `days` count from Monday = 0.

    A window whose `until` is not after its `since` runs over midnight and belongs to the day it starts on.
    """

    days: Annotated[list[Annotated[int, Field(ge=0, lt=DAYS_OF_WEEK)]], Field(min_length=1, max_length=7)]
    since: ClockTime
    until: ClockTime

    def covers(self, local: datetime) -> bool:
        """Whether a local time lies in the window; `since` is in it, `until` is not."""
        now, today = local.time(), local.weekday()
        if self.since < self.until:
            return today in self.days and self.since <= now < self.until
        yesterday = (today - 1) % DAYS_OF_WEEK
        return (today in self.days and now >= self.since) or (yesterday in self.days and now < self.until)


def _whole_days_are_said(windows: list[Window]) -> list[Window]:
    """Refuses what may mean a whole day, or no time at all."""
    if any(each.since == each.until != MIDNIGHT for each in windows):
        raise InvalidField("window_empty")
    return windows


Windows = Annotated[list[Window], Field(max_length=14), AfterValidator(_whole_days_are_said)]


class Credential(Contract):
    """`areas` and `gates`: where it is good; both empty means everywhere in the community."""

    kind: CredentialKind
    holder: Id
    valid_from: Instant
    valid_until: Instant
    areas: Annotated[list[Id], Field(max_length=50)] = []
    gates: Annotated[list[Id], Field(max_length=50)] = []
    windows: Annotated[list[Window], Field(max_length=14)] = []
    single_use: bool = False

    def good_at(self, gate: str, area: str) -> bool:
        """Whether it is meant for this gate."""
        anywhere = not self.areas and not self.gates
        return anywhere or gate in self.gates or area in self.areas

    def good_when(self, at: datetime, time_zone: str) -> bool:
        """Whether `at` lies in one of its windows; without windows, any time does."""
        if not self.windows:
            return True
        local = at.astimezone(ZoneInfo(time_zone))
        return any(window.covers(local) for window in self.windows)

    def in_force(self, at: datetime) -> bool:
        """Whether its time has come and is not over, whatever the hour of the week."""
        return self.valid_from <= at < self.valid_until


def another_way(credentials: Iterable[Credential], at: datetime) -> bool:
    """Whether something else than a face opens gates at `at`: a face is never the only way in."""
    return any(one.kind != "face" and one.in_force(at) for one in credentials)
