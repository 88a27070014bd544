"""Credentials: what is shown at a gate, and where and when it is good for."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from functions.access.gates import Direction
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import ClockTime

CredentialKind = Literal["face", "qr", "phone", "card", "plate"]
Value = Annotated[str, Field(min_length=1, max_length=256)]
QR_SEPARATOR = "."
DAYS_OF_WEEK = 7
MIDNIGHT = time(0)
MOST_GRANTS = 4  # enough for what a gate that was offline tells between two passes elsewhere


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
        raise ValueError("since and until are the same; a whole day is from 00:00 to 00:00")
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


class Consent(Contract):
    """That a person, or who answers for them, agreed to entering by face (PIPL art. 29): to what, by which
    document, when, and who wrote it down; and when it was withdrawn (art. 15).
    """

    reference: Id
    purpose: str
    given_by: Id
    given_at: Instant
    recorded_by: Id
    recorded_at: Instant
    withdrawn_by: Id | None = None
    withdrawn_at: Instant | None = None


def another_way(credentials: Iterable[Credential], at: datetime) -> bool:
    """Whether something else than a face opens gates at `at`: a face is never the only way in."""
    return any(one.kind != "face" and one.in_force(at) for one in credentials)


class Grant(Contract):
    """A passing that was granted: where, which way, by which pass; `shown_at` is by the gate's clock."""

    gate: Id
    direction: Direction
    passed_as: str
    at: Instant
    shown_at: Instant
    received_at: Instant

    def same_passing(self, other: "Grant", within: timedelta, *, told_later: bool) -> bool:
        """Whether it is what a reader reads twice: at one gate, one way, within a moment.

        Passes that are told later come together, so that the gate's own clock is what tells them apart.
        """
        apart = self.shown_at - other.shown_at if told_later else self.at - other.at
        return (self.gate, self.direction) == (other.gate, other.direction) and abs(apart) < within


class Grants(Contract):
    """What was last granted to a credential, in the order in which we heard of it."""

    items: Annotated[list[Grant], Field(max_length=MOST_GRANTS)] = []

    def and_now(self, grant: Grant) -> "Grants":
        """With one more, and the one heard of longest ago forgotten."""
        return Grants(items=[*self.items, grant][-MOST_GRANTS:])


def holder_in(qr_value: str) -> str | None:
    """The holder that a QR code of ours names in front of its secret, so that one read fetches both."""
    holder, separator, _ = qr_value.partition(QR_SEPARATOR)
    return holder if separator else None
