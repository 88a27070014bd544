"""Credentials: what is shown at a gate, and where and when it is good for."""

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import ClockTime

CredentialKind = Literal["face", "qr", "phone", "card", "plate"]
Value = Annotated[str, Field(min_length=1, max_length=256)]
QR_SEPARATOR = "."
DAYS_OF_WEEK = 7


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


def holder_in(qr_value: str) -> str | None:
    """The holder that a QR code of ours names in front of its secret, so that one read fetches both."""
    holder, separator, _ = qr_value.partition(QR_SEPARATOR)
    return holder if separator else None
