"""What a register's readings say is wrong: a leak, a spike, no use; once per episode.

Sources: use in every half hour round the clock suggests a leak; less than 0.01 m3 of water within 12 h
(Longgang) or 24 h (Taicang) is no use; more than 2 m3 a day is the upper alarm of Jing'an. Missing readings
say nothing.
"""

from collections.abc import Iterable

from functions.utilities.readings.intervals import per_day
from functions.utilities.readings.models import DAY_MS, Interval
from functions.utilities.signals.models import REMEMBERED, Episode, Limits, SignalState
from linli.vocabulary.utilities import MeterSignal

HALF_HOUR_MS = 1_800_000
SLACK_MS = 60_000  # a half-hourly meter is a few seconds late
LONGEST_GAP_MS = 45 * 60_000  # a longer one hides whether there was a half hour without use


class _Detection:
    """One pass over intervals in order of time."""

    def __init__(self, state: SignalState, limits: Limits, zone: str) -> None:
        self.limits, self.zone = limits, zone
        self.judged = state.judged
        self.flowing, self.still = state.flowing_since, state.still_since
        self.idle, self.idle_ticks = state.idle_since, state.idle_ticks
        self.day, self.day_ticks = state.day, state.day_ticks
        self.episodes = list(state.episodes)

    def take(self, each: Interval) -> None:
        if self.limits.leak:
            self._leak(each)
        if self.limits.no_use_ticks is not None:
            self._no_use(each, self.limits.no_use_ticks)
        if self.limits.spike_ticks is not None:
            self._spike(each, self.limits.spike_ticks)
        self.judged = each.end

    def _leak(self, each: Interval) -> None:
        if each.end - each.start > LONGEST_GAP_MS:
            self.flowing = self.still = None
        elif each.ticks > 0:
            self.still = None
            self.flowing = each.start if self.flowing is None else self.flowing
        else:
            self.still = each.start if self.still is None else self.still
            if each.end - self.still >= HALF_HOUR_MS - SLACK_MS:
                self.flowing = None
                self._end("leak", each.end)
        if self.flowing is not None and each.end - self.flowing >= DAY_MS:
            self._raise("leak", self.flowing)

    def _no_use(self, each: Interval, limit: int) -> None:
        self.idle = each.start if self.idle is None else self.idle
        self.idle_ticks += each.ticks
        if self.idle_ticks >= limit:
            self.idle, self.idle_ticks = each.end, 0
            self._end("no_use", each.end)
        elif each.end - self.idle >= self.limits.no_use_ms:
            self._raise("no_use", self.idle)

    def _spike(self, each: Interval, limit: int) -> None:
        for day, ticks in sorted(per_day([each], self.zone).items()):
            if day != self.day:
                if self.day is not None and self.day_ticks <= limit:
                    self._end("spike", each.start)
                self.day, self.day_ticks = day, 0
            self.day_ticks += ticks
            if self.day_ticks > limit:
                self._raise("spike", each.end)

    def _open(self, signal: MeterSignal) -> int | None:
        found = (n for n, each in enumerate(self.episodes) if each.signal == signal and each.until is None)
        return next(found, None)

    def _raise(self, signal: MeterSignal, since: int) -> None:
        if self._open(signal) is None:
            self.episodes = [*self.episodes, Episode(signal=signal, since=since)]

    def _end(self, signal: MeterSignal, until: int) -> None:
        number = self._open(signal)
        if number is not None:
            self.episodes[number] = self.episodes[number].model_copy(update={"until": until})

    def state(self) -> SignalState:
        closed = [each for each in self.episodes if each.until is not None]
        forgotten = closed[: max(len(self.episodes) - REMEMBERED, 0)]
        return SignalState(
            judged=self.judged,
            flowing_since=self.flowing,
            still_since=self.still,
            idle_since=self.idle,
            idle_ticks=self.idle_ticks,
            day=self.day,
            day_ticks=self.day_ticks,
            episodes=[each for each in self.episodes if each not in forgotten],
        )


def detect(state: SignalState, intervals: Iterable[Interval], limits: Limits, zone: str) -> SignalState:
    """What is known once these intervals, in order of time, are taken in. Estimates say nothing."""
    detection = _Detection(state, limits, zone)
    for each in intervals:
        if each.start >= state.judged and not each.estimated:
            detection.take(each)
    return detection.state()


def detect_anew(state: SignalState, intervals: Iterable[Interval], limits: Limits, zone: str) -> SignalState:
    """What is known once readings came from before `judged`: all of these intervals are looked at anew.

    An episode that overlaps one that is known is that one: nothing is raised twice, and what was ended stays
    so.
    """
    anew = detect(SignalState(), intervals, limits, zone)
    episodes = list(state.episodes)
    for each in anew.episodes:
        known = next((n for n, other in enumerate(episodes) if _same(each, other)), None)
        if known is None:
            episodes.append(each)
        elif episodes[known].until is None:
            episodes[known] = episodes[known].model_copy(update={"until": each.until})
    episodes.sort(key=lambda each: each.since)
    return anew.model_copy(update={"episodes": episodes[-REMEMBERED:]})


def _same(one: Episode, other: Episode) -> bool:
    if one.signal != other.signal:
        return False
    return (one.until is None or other.since <= one.until) and (
        other.until is None or one.since <= other.until
    )


def with_back_flow(state: SignalState, at: int | None, *, over: bool) -> SignalState:
    """The state with a back-flow raised at the reading `at` that ran backwards, or (`over`) ended at one that
    went on; without `at` it stays as it is.
    """
    changed = state.model_copy(update={"episodes": list(state.episodes)})
    number = next(
        (n for n, e in enumerate(changed.episodes) if e.signal == "back_flow" and e.until is None), None
    )
    if at is None:
        return state
    if number is None and not over:
        changed.episodes.append(Episode(signal="back_flow", since=at))
        return changed.model_copy(update={"episodes": changed.episodes[-REMEMBERED:]})
    if number is not None and over and at > changed.episodes[number].since:
        changed.episodes[number] = changed.episodes[number].model_copy(update={"until": at})
    return changed


def news(before: SignalState, after: SignalState) -> tuple[list[Episode], list[Episode]]:
    """The episodes that are new, and those that ended, as seen from `before`."""
    known = {(each.signal, each.since): each for each in before.episodes}
    raised = [each for each in after.episodes if (each.signal, each.since) not in known]
    ended = [
        each
        for each in after.episodes
        if each.until is not None
        and ((found := known.get((each.signal, each.since))) is None or found.until is None)
    ]
    return raised, ended


def episode_id(register: str, episode: Episode) -> str:
    """The id of an episode within its meter: the same whenever it is found again."""
    code = "".join(each if each.isdigit() else "-" for each in register)
    return f"{episode.signal.replace('_', '-')}-{code}-{episode.since}"
