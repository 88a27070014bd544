"""How a watched person is, what a sign of life changes, and what a deadline that has passed means.

Pure rules: times and settings are arguments. Nothing here ever moves `seen_at` back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from functions.care.rhythm import EMPTY, Allowance, Rhythm, allowed, learned, spoken
from functions.care.signals import SENSOR_KINDS, Kind, Sign
from functions.care.watches import Watch
from linli.contracts import Contract
from linli.events import AlertOutcome, AlertReason
from linli.ids import Id
from linli.instants import Instant
from linli.policies import CarePolicy

RECENT = 20
HEARD_AGAIN = 60  # spells: of every sensor twice
AT_THE_DOOR = timedelta(minutes=10)  # one leaving or coming back opens and shuts the door more than once
STILL_ABOUT = timedelta(minutes=2)  # a sensor may still tell of the way to the door
SECOND = timedelta(seconds=1)
LEAVING = timedelta(hours=2)  # who has just said they are away may still be packing
HOSPITAL = timedelta(days=7)
AWAY_UNSAID = timedelta(days=1)

Where = Literal["home", "out", "away", "unknown"]
AT_HOME: frozenset[Where] = frozenset({"home", "unknown"})


class Recent(Contract):
    """A sign in the ring of the last ones; `counted`: whether it moved the deadline."""

    kind: Kind
    at: Instant
    key: str
    counted: bool


class Silence(Contract):
    """A sensor, or a gateway, that is lost: one spell of it. `since`: when it was heard last."""

    device: Id
    episode: Id
    since: Instant | None = None

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
    nothing is due until the watch is set up again, or an alert ends otherwise.
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

    def but(self, **changes: object) -> "WatchState":
        """The same state with some fields changed."""
        return self.model_copy(update=changes)


@dataclass(frozen=True, slots=True)
class Setting:
    """The community's policy and time zone."""

    policy: CarePolicy
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Moved:
    """A state after a sign.

    `outcome`: `moved`; `back` (it ended an absence); `late` (older than the last), `repeated`, `not_counted`
    (may be somebody else's): these three leave the deadline where it was.
    """

    state: WatchState
    outcome: Literal["moved", "back", "late", "repeated", "not_counted"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a deadline that has passed means.

    `reason`: open an alert; `ask`: an absence is over and nobody has said so. `words` explain it.
    """

    verdict: Literal["not_due", "alert", "ask"]
    reason: AlertReason | None = None
    words: str = ""


def begun(now: datetime) -> WatchState:
    """The state of somebody who is watched from `now` on."""
    return WatchState(seen_at=now, since=now)


def after_signal(
    state: WatchState, sign: Sign, watch: Watch, setting: Setting, *, alarmed: bool = False
) -> Moved:
    """The state after a sign of life, whatever the order in which signs arrive.

    `alarmed`: an alert has been open since before the sign, so that the rhythm waits for its outcome.
    """
    if any(each.key == sign.key for each in state.recent):
        return Moved(state, "repeated")
    if state.silent:
        state = looked(_ended(state, watch, [], sign.devices, sign.at), watch, sign.at)
    counted = watch.is_theirs(sign.kind) and sign.at > state.seen_at and not state.ended
    entry = Recent(kind=sign.kind, at=sign.at, key=sign.key, counted=counted)
    recent = sorted([*state.recent, entry], key=lambda each: each.at)[-RECENT:]
    if not counted:
        outcome = "late" if watch.is_theirs(sign.kind) else "not_counted"
        return Moved(state.but(recent=recent), outcome)  # type: ignore[arg-type]  # either is one of the five
    where, since = _where(state, sign, watch)
    after = state.but(
        seen_at=sign.at, seen_by=sign.kind, where=where, since=since, recent=recent, learns=where != "away"
    )
    back = state.where == "away" != where
    if where != "away":
        after = after.but(away_until=None, asked=False)
    if alarmed and state.where in AT_HOME:
        after = after.but(unsure=state.unsure or _silence(state, sign.at))
    else:
        after = after.but(rhythm=_taught(state, sign.at, where, setting))
    return Moved(after, "back" if back else "moved")


def _where(state: WatchState, sign: Sign, watch: Watch) -> tuple[Where, datetime]:
    """Where the person is after a sign, and since when."""
    place, stays = SENSOR_KINDS[sign.kind].place, (state.where, state.since)
    settling = LEAVING if state.where == "away" else AT_THE_DOOR if place == "door" else STILL_ABOUT
    match state.where, place:
        case (_, None) | ("away", "door" | "out") | ("home", "home" | "in") | ("out", "out"):
            return stays
        case ("away", _) | ("out", "door" | "home") | ("home", "door") if sign.at - state.since < settling:
            return stays
        case ("home" | "unknown", "out"):
            return "out", sign.at
        case ("home" | "unknown", "door"):
            return ("out" if watch.sees_the_home else "unknown"), sign.at
    return "home", sign.at


def _silence(state: WatchState, until: datetime) -> tuple[datetime, datetime] | None:
    """The silence since the last sign, if it says something of the rhythm."""
    return (state.seen_at, until) if state.learns and state.blind_since is None else None


def _taught(state: WatchState, until: datetime, where: Where, setting: Setting) -> Rhythm:
    """The rhythm with the silence, or the outing, that has just ended well."""
    silence = state.unsure or _silence(state, until)
    if silence is None:
        return state.rhythm
    if state.where in AT_HOME:
        return learned(state.rhythm, *silence, setting.zone)
    if state.where == "out" and where in AT_HOME:
        return learned(state.rhythm, state.since, until, setting.zone, outing=True)
    return state.rhythm


def allowance(state: WatchState, watch: Watch, setting: Setting) -> Allowance:
    """How long without a sign is allowed from `seen_at` on: between the floor and the cap, at home or out.

    Where no sensor tells of the person in the home, the cap is that of an outing: only gates and calls do.
    """
    policy = setting.policy
    if not watch.sees_the_home:
        policy = policy.model_copy(update={"cap_hours": policy.out_cap_hours})
    return allowed(state.rhythm, state.seen_at, setting.zone, policy, outing=state.where == "out")


def due_at(state: WatchState, watch: Watch, setting: Setting) -> datetime | None:
    """When somebody must look, if no sign comes before; to the second, so that it is the same once stored."""
    if state.ended:
        return None
    if state.where == "away" and state.away_until is not None:
        patience = timedelta(hours=setting.policy.forgotten_away_hours)
        return state.away_until + patience if state.asked else state.away_until
    gap = allowance(state, watch, setting).gap
    return state.seen_at + gap // SECOND * SECOND


def judged(state: WatchState, watch: Watch, setting: Setting, now: datetime) -> Judgement:
    """What is to be done `now` about the deadline, in words for whoever is called."""
    due = due_at(state, watch, setting)
    if due is None or due > now:
        return Judgement("not_due")
    if state.where == "away" and state.away_until is not None:
        until = _clock(state.away_until, setting)
        if not state.asked:
            return Judgement("ask", words=f"was to be back by {until}; nobody has said so yet")
        return Judgement("alert", "not_back", f"was to be back by {until}, and nobody has said so since")
    so_far = f"{allowance(state, watch, setting).words}; {spoken(now - state.seen_at)} so far"
    last = SENSOR_KINDS[state.seen_by].words if state.seen_by else "the watch began"
    words = [so_far, f"last sign: {last}, {_clock(state.seen_at, setting)}"]
    reason: AlertReason = "idle"
    if state.where == "out":
        reason = "not_back"
        words.insert(0, f"out since {_clock(state.since, setting)}")
    if state.blind_since is not None:
        reason = "cannot_see"
        words.insert(0, f"no sensor in the home can be heard since {_clock(state.blind_since, setting)}")
    return Judgement("alert", reason, "; ".join([*words, *watch.cannot_tell]))


def gone_away(state: WatchState, until: datetime, now: datetime) -> WatchState:
    """Away (外出报备) until a time: no deadline before it; the silence teaches nothing."""
    since = state.since if state.where == "away" else now
    return state.but(where="away", since=since, away_until=until, asked=False, learns=False)


def begun_anew(state: WatchState, now: datetime) -> WatchState:
    """A watch that was over begins again: what is known of the person's rhythm and sensors still holds."""
    return state.but(
        seen_at=max(state.seen_at, now),
        where="unknown",
        since=now,
        away_until=None,
        asked=False,
        learns=False,
        unsure=None,
        ended=False,
    )


def came_back(state: WatchState, now: datetime) -> WatchState:
    """Somebody says the absence is over: the deadline starts anew."""
    if state.where != "away":
        return state
    return state.but(
        seen_at=max(state.seen_at, now),
        where="unknown",
        since=now,
        away_until=None,
        asked=False,
        learns=False,
    )


def told_of(state: WatchState, lost: Sequence[Silence]) -> WatchState:
    """With what is lost already of sensors that are new to it."""
    known = {each.spell for each in (*state.silent, *state.heard_again)}
    return state.but(silent=[*state.silent, *(each for each in lost if each.spell not in known)])


def asked_after(state: WatchState) -> WatchState:
    """The end of the absence has been asked about."""
    return state.but(asked=True)


def heard(
    state: WatchState, watch: Watch, silences: Sequence[Silence], at: datetime, *, lost: bool
) -> WatchState:
    """Sensors or gateways are lost, last heard `at`, or heard again; the two may arrive in either order."""
    if lost:
        known = {each.spell for each in (*state.silent, *state.heard_again)}
        new = [each.model_copy(update={"since": at}) for each in silences if each.spell not in known]
        return looked(state.but(silent=[*state.silent, *new]), watch, at)
    devices = {each.device for each in silences}
    return looked(_ended(state, watch, silences, devices, at), watch, at)


def outage_after(outage: Outage, silence: Silence, at: datetime, *, lost: bool) -> Outage:
    """A device is lost, last heard `at`, or heard again, whatever had silenced it; in either order."""
    known = {each.spell for each in (*outage.lost, *outage.over)}
    if lost:
        new = [] if silence.spell in known else [silence.model_copy(update={"since": at})]
        return Outage(lost=[*outage.lost, *new], over=outage.over)
    ended = [each for each in outage.lost if each.since is not None and each.since < at]
    over = {each.spell: each for each in (*outage.over, *ended, silence)}
    still = [each for each in outage.lost if each.spell not in over]
    return Outage(lost=still, over=list(over.values())[-RECENT:])


def _ended(
    state: WatchState, watch: Watch, silences: Sequence[Silence], devices: Collection[str], at: datetime
) -> WatchState:
    """Whoever was heard `at` is silent no more, whatever silenced them; `silences` are over by name."""
    over = {each.spell: each for each in silences}
    for spell in state.silent:
        if spell.since is not None and spell.since < at:
            behind = {one.device for one in watch.sensors if one.gateway == spell.device}
            for device in {spell.device, *behind}.intersection(devices):
                over[device, spell.episode] = Silence(device=device, episode=spell.episode)
    known = {each.spell for each in state.heard_again}
    heard_again = [*state.heard_again, *(each for each in over.values() if each.spell not in known)]
    silent = [each for each in state.silent if each.spell not in over]
    return state.but(silent=silent, heard_again=heard_again[-HEARD_AGAIN:])


def looked(state: WatchState, watch: Watch, at: datetime) -> WatchState:
    """Whether anything sees the home: while all that would is lost, a silence says and teaches nothing."""
    silent = [each for each in state.silent if each.device in watch.devices]
    heard_again = {each.spell for each in state.heard_again}
    lost = {
        one.device
        for one in watch.telling or watch.sensors
        for each in silent
        if each.device in {one.device, one.gateway} and (one.device, each.episode) not in heard_again
    }
    telling = {one.device for one in watch.telling or watch.sensors}
    blind = bool(telling) and lost == telling
    since = (state.blind_since or at) if blind else None
    return state.but(silent=silent, blind_since=since, learns=state.learns and not blind)


def released(state: WatchState, outcome: AlertOutcome, now: datetime, setting: Setting) -> WatchState:
    """The state once an alert is resolved: whoever resolved it knows how the person is `now`.

    A silence that was fine belongs to the rhythm, or the same alert would come again. Whoever was declared
    dead by mistake is watched over again by any other outcome.
    """
    rhythm = _taught(state, now, "home", setting) if outcome == "fine" else state.rhythm
    fresh = state.but(seen_at=max(state.seen_at, now), learns=False, unsure=None, rhythm=rhythm, ended=False)
    match outcome:
        case "deceased":
            return fresh.but(ended=True)
        case "hospital":
            return gone_away(fresh, now + HOSPITAL, now)
        case "away":
            return gone_away(fresh, now + AWAY_UNSAID, now)
        case "fine" | "sensor" | "needs_help":
            if state.away_until is not None and state.away_until > now:
                return fresh
            return fresh.but(where="unknown", since=now, away_until=None, asked=False)


def _clock(at: datetime, setting: Setting) -> str:
    return f"{at.astimezone(setting.zone):%a %d %b %H:%M}"
