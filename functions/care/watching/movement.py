"""What a sign of life changes, and what the end of an alert does. Nothing here moves `seen_at` back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from functions.care.watching.pulses import felt
from functions.care.watching.rhythm import Rhythm, distrusted, learned, taught
from functions.care.watching.signals import SENSOR_KINDS, Sign
from functions.care.watching.silences import ended, looked
from functions.care.watching.state import RECENT, Recent, Setting, WatchState, gone_away
from functions.care.watching.watch import MOST_DEVICES, Watch
from functions.care.watching.whereabouts import AT_HOME, Place, condensed, moment, step, with_moment
from functions.care.watching.whereabouts import now as place_now
from linli.vocabulary.care import AlertOutcome

HOSPITAL = timedelta(days=7)
AWAY_UNSAID = timedelta(days=1)
DAYS_IN_DOUBT = 7  # as long as a sensor may have been without rest before it is doubted


@dataclass(frozen=True, slots=True)
class AfterSign:
    """A state after a sign.

    `outcome`: `moved`; `back` (it ended an absence); `late` (older than the last: it teaches what it would
    have in its time, and is no sign of now), `repeated`, `not_counted` (may be somebody else's, or its sensor
    never rests): these leave `seen_at` where it was.
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
) -> AfterSign:
    """The state after a sign of life, whatever the order in which signs arrive.

    `alarmed`: an alert has been open since before the sign, so that the rhythm waits for its outcome.
    `elsewhere`: the directory has them in another home.
    """
    if any(each.key == sign.key for each in state.recent):
        return AfterSign(state, "repeated")
    state = _felt(state, sign, watch)
    if state.silent:
        state = looked(ended(state, watch, [], sign.devices, sign.at), watch, sign.at)
    theirs = watch.is_theirs(sign.kind, sign.devices, elsewhere=elsewhere)
    theirs = theirs and watch.source(sign.kind, sign.devices) not in state.doubted
    counted = theirs and sign.at > state.seen_at and not state.ended
    entry = Recent(kind=sign.kind, at=sign.at, key=sign.key, counted=counted)
    recent = sorted([*state.recent, entry], key=lambda each: each.at)[-RECENT:]
    if not counted:
        after = state.but(recent=recent)
        return (
            AfterSign(_remembered(after, sign, watch, setting), "late")
            if theirs
            else AfterSign(after, "not_counted")
        )
    at_home, unsure = state.where in AT_HOME, state.unsure
    if alarmed and at_home:
        unsure = unsure or _silence(state, sign.at)
    if state.blind_since is not None or (alarmed and at_home):
        state = state.cut_off(sign.at)
    after = _remembered(state, sign, watch, setting).but(
        seen_at=sign.at, seen_by=sign.kind, recent=recent, unsure=unsure
    )
    after = after.but(learns=after.where != "away")
    if after.where != "away":
        after = after.but(away_until=None, asked=False)
    return AfterSign(after, "back" if state.where == "away" != after.where else "moved")


def _felt(state: WatchState, sign: Sign, watch: Watch) -> WatchState:
    """How the sensor has spoken; one that proves nothing any more has taught nothing lately."""
    kind, source = SENSOR_KINDS[sign.kind], watch.source(sign.kind, sign.devices)
    if not kind.rests:
        return state
    before = state.pulses.get(source)
    pulse = felt(before, int(sign.at.timestamp()), by_the_clock=kind.topic is None)
    if pulse == before:
        return state
    latest = sorted(state.pulses.items(), key=lambda each: each[1].at)[-MOST_DEVICES:]
    after = state.but(pulses={**dict(latest), source: pulse})
    if pulse.doubted == (before is not None and before.doubted):
        return after
    if pulse.doubted:
        after = after.but(rhythm=distrusted(state.rhythm, DAYS_IN_DOUBT))
    return looked(after, watch, sign.at)


def _remembered(state: WatchState, sign: Sign, watch: Watch, setting: Setting) -> WatchState:
    """With a sign in its place among those of the last day, and what has become too old learned for good.

    An absence is ended by what is new alone.
    """
    sees, newest = watch.sees_the_home, sign.at > state.seen_at
    if state.ended or (state.where == "away" and not newest):
        return state
    past = with_moment(state.past, moment(sign.at, sign.kind))
    if newest:
        place = step(Place(state.where, state.since), sign.kind, sign.at, sees=sees)
    else:
        place = place_now(past, sees=sees)
    past, silences = condensed(past, sees=sees)
    return state.remembering(past).but(
        where=place.where, since=place.since, rhythm=taught(state.rhythm, silences, setting.zone)
    )


def _silence(state: WatchState, until: datetime) -> tuple[datetime, datetime] | None:
    """The silence since the last sign, if it says something of the rhythm."""
    return (state.seen_at, until) if state.learns and state.blind_since is None else None


def _after_word(state: WatchState, now: datetime, setting: Setting) -> Rhythm:
    """The rhythm once somebody has said that a silence, or an outing, was fine."""
    silence = state.unsure or _silence(state, now)
    if silence is None or state.where == "away":
        return state.rhythm
    if state.where == "out":
        return learned(state.rhythm, state.since, now, setting.zone, outing=True)
    return learned(state.rhythm, *silence, setting.zone)


def released(state: WatchState, outcome: AlertOutcome, now: datetime, setting: Setting) -> WatchState:
    """The state once an alert is resolved: whoever resolved it knows how the person is `now`.

    A silence that was fine belongs to the rhythm, or the same alert would come again. Whoever was declared
    dead by mistake is watched over again by any other outcome. Whoever was out and is fine is out still.
    """
    rhythm = _after_word(state, now, setting) if outcome == "fine" else state.rhythm
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
            if outcome == "fine" and state.where == "out":
                return fresh.cut_off(now, "out")
            return fresh.cut_off(now, "unknown").but(where="unknown", since=now, away_until=None, asked=False)
