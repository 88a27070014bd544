"""By when a sign of life is expected, and what a deadline that has passed means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from functions.care.watching.rhythm import Allowance, allowed, spoken, taught
from functions.care.watching.signals import SENSOR_KINDS
from functions.care.watching.state import Setting, WatchState
from functions.care.watching.watch import Watch
from functions.care.watching.whereabouts import gaps
from linli.vocabulary.care import AlertReason

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a deadline that has passed means.

    `reason`: open an alert; `ask`: an absence is over and nobody has said so. `words` explain it.
    """

    verdict: Literal["not_due", "alert", "ask"]
    reason: AlertReason | None = None
    words: str = ""


def allowance(state: WatchState, watch: Watch, setting: Setting) -> Allowance:
    """How long without a sign is allowed from `seen_at` on: between the floor and the cap, at home or out.

    Where no sensor tells of the person in the home, the cap is that of an outing: only gates and calls do.
    """
    policy = setting.policy
    if not watch.sees_the_home:
        policy = policy.model_copy(update={"cap_hours": policy.out_cap_hours})
    lately = gaps(state.past, sees=watch.sees_the_home)
    rhythm = taught(state.rhythm, lately, setting.zone)
    return allowed(rhythm, state.seen_at, setting.zone, policy, outing=state.where == "out")


def due_at(state: WatchState, watch: Watch, setting: Setting) -> datetime | None:
    """When somebody must look, if no sign comes before; to the second, so that it is the same once stored."""
    if state.ended:
        return None
    if state.where == "away" and state.away_until is not None:
        patience = timedelta(hours=setting.policy.forgotten_away_hours)
        return state.away_until + patience if state.asked else state.away_until
    gap = allowance(state, watch, setting).gap
    return state.seen_at + gap // SECOND * SECOND


def unbelievable(state: WatchState, watch: Watch) -> list[str]:
    """Which sensors prove nothing since they never rest, in words."""
    kinds = {one.device: one.kind for one in watch.sensors}
    named = [f"{kinds[each]} ({each})" if each in kinds else each for each in state.doubted]
    return [
        f"{each.replace('_', ' ', 1)} is never silent, or beats like a clock, and does not count"
        for each in named
    ]


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
    return Judgement("alert", reason, "; ".join([*words, *watch.cannot_tell, *unbelievable(state, watch)]))


def _clock(at: datetime, setting: Setting) -> str:
    return f"{at.astimezone(setting.zone):%a %d %b %H:%M}"
