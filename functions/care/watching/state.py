"""How a watched person is, and what people say that changes it.

Pure rules: times and settings are arguments. Nothing here ever moves `seen_at` back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from functions.care.watching.pulses import Pulse
from functions.care.watching.rhythm import EMPTY, Rhythm
from functions.care.watching.signals import Kind
from functions.care.watching.whereabouts import CUT, LEAVING, Lately, Past, Place, Where, moment, with_moment
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.care import CarePolicy

RECENT = 20


class Recent(Contract):
    """A sign in the ring of the last ones; `counted`: whether it moved the deadline."""

    kind: Kind
    at: Instant
    key: str
    counted: bool


class Silence(Contract):
    """A sensor, or a gateway, that is lost: one spell of it. `since`: when it was heard last.

    `version`: of a revocation and its end, the registry's count of its words on the device.
    """

    device: Id
    episode: Id
    since: Instant | None = None
    version: Annotated[int, Field(ge=1)] | None = None

    @property
    def spell(self) -> tuple[str, str]:
        """What tells it from others: its end need not know its beginning."""
        return self.device, self.episode


class Outage(Contract):
    """What is known of a device alone: spells that last, and the latest of those that are over."""

    lost: list[Silence] = []
    over: list[Silence] = []


class WatchState(Contract):
    """How a person is.

    `seen_at`, `seen_by`: the last sign of life that counts, and its kind. `since`: when `where` began.
    `away_until`: when an absence ends; `asked`: its end has been asked about. `learns`: whether the silence
    since `seen_at` belongs to the rhythm. `silent`: what is lost, `heard_again`: the last spells that are
    over, and for whom a gateway's is over before its end; `blind_since`: since when nothing sees the home.
    `unsure`: a silence that an alert was about, of which people have to say whether it ended well. `ended`:
    nothing is due until the watch is set up again, or an alert ends otherwise. `rhythm`: what signs older
    than those of `lately` have taught; `place`: where the person was at the first of these. `pulses`: how
    sensors speak.
    """

    seen_at: Instant
    seen_by: Kind | None = None
    where: Where = "unknown"
    since: Instant
    away_until: Instant | None = None
    asked: bool = False
    learns: bool = False
    silent: list[Silence] = []
    heard_again: list[Silence] = []
    blind_since: Instant | None = None
    unsure: tuple[Instant, Instant] | None = None
    ended: bool = False
    rhythm: Rhythm = EMPTY
    recent: Annotated[list[Recent], Field(max_length=RECENT)] = []
    place: Place | None = None
    lately: Lately = ()
    pulses: dict[str, Pulse] = {}

    @property
    def past(self) -> Past:
        """What is remembered of the last day; of a state that older code wrote, its last sign."""
        if self.place is not None and self.lately:
            return Past(self.place, self.lately)
        last = self.seen_by if self.seen_by and self.learns and not self.blind_since else CUT
        return Past(Place(self.where, self.since), (moment(self.seen_at, last),))

    @property
    def doubted(self) -> list[str]:
        """The sensors, or kinds of signals that come without one, that prove nothing: they never rest."""
        return sorted(each for each, pulse in self.pulses.items() if pulse.doubted)

    def remembering(self, past: Past) -> "WatchState":
        """A copy with another past."""
        return self.but(place=past.place, lately=past.lately)

    def cut_off(self, at: datetime, what: str = CUT) -> "WatchState":
        """The silence that goes on `at` a time will teach nothing; `what`: said of where the person is."""
        return self.remembering(with_moment(self.past, moment(at, what)))

    def but(self, **changes: object) -> "WatchState":
        """A copy with some fields changed."""
        return self.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Setting:
    """The community's policy and time zone."""

    policy: CarePolicy
    zone: ZoneInfo


def begun(now: datetime) -> WatchState:
    """The state of somebody who is watched from `now` on."""
    return WatchState(seen_at=now, since=now)


def begun_anew(state: WatchState, now: datetime) -> WatchState:
    """A watch that was over begins again: what is known of the person's rhythm and sensors still holds."""
    return state.cut_off(now, "unknown").but(
        seen_at=max(state.seen_at, now),
        where="unknown",
        since=now,
        away_until=None,
        asked=False,
        learns=False,
        unsure=None,
        ended=False,
    )


def gone_away(state: WatchState, until: datetime, now: datetime) -> WatchState:
    """Away (外出报备) until a time: no deadline before it; the silence teaches nothing."""
    since = state.since if state.where == "away" else now
    after = state.cut_off(now, "away")
    return after.but(where="away", since=since, away_until=until, asked=False, learns=False)


def asked_after(state: WatchState) -> WatchState:
    """The end of the absence has been asked about."""
    return state.but(asked=True)


def came_back(state: WatchState, now: datetime, *, by_themself: bool) -> WatchState:
    """Somebody says the absence is over: the deadline starts anew.

    One that others take back before the person can have left was a mistake, and nobody has seen them.
    """
    if state.where != "away":
        return state
    mistaken = not by_themself and now - state.since < LEAVING
    return state.cut_off(now, "unknown").but(
        seen_at=state.seen_at if mistaken else max(state.seen_at, now),
        where="unknown",
        since=now,
        away_until=None,
        asked=False,
        learns=False,
    )
