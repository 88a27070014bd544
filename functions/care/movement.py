"""What a sign of life changes, and what the end of an alert does. Nothing here moves `seen_at` back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from functions.care.hearing import ended, looked
from functions.care.rhythm import Rhythm, learned
from functions.care.signals import SENSOR_KINDS, Sign
from functions.care.states import AT_HOME, LEAVING, RECENT, Recent, Setting, WatchState, Where, gone_away
from functions.care.watches import Watch
from linli.events import AlertOutcome

AT_THE_DOOR = timedelta(minutes=10)  # one leaving or coming back opens and shuts the door more than once
STILL_ABOUT = timedelta(minutes=2)  # a sensor may still tell of the way to the door
HOSPITAL = timedelta(days=7)
AWAY_UNSAID = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """A state after a sign.

    `outcome`: `moved`; `back` (it ended an absence); `late` (older than the last), `repeated`, `not_counted`
    (may be somebody else's): these three leave the deadline where it was.
    """

    state: WatchState
    outcome: Literal["moved", "back", "late", "repeated", "not_counted"]


def after_signal(
    state: WatchState,
    sign: Sign,
    watch: Watch,
    setting: Setting,
    *,
    alarmed: bool = False,
    elsewhere: bool = False,
) -> Moved:
    """The state after a sign of life, whatever the order in which signs arrive.

    `alarmed`: an alert has been open since before the sign, so that the rhythm waits for its outcome.
    `elsewhere`: the directory has them in another home.
    """
    if any(each.key == sign.key for each in state.recent):
        return Moved(state, "repeated")
    if state.silent:
        state = looked(ended(state, watch, [], sign.devices, sign.at), watch, sign.at)
    theirs = watch.is_theirs(sign.kind, sign.devices, elsewhere=elsewhere)
    counted = theirs and sign.at > state.seen_at and not state.ended
    entry = Recent(kind=sign.kind, at=sign.at, key=sign.key, counted=counted)
    recent = sorted([*state.recent, entry], key=lambda each: each.at)[-RECENT:]
    if not counted:
        return Moved(state.but(recent=recent), "late" if theirs else "not_counted")
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
