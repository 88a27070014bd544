"""Screening: what one reading says, and what it makes of a person's fever.

A forehead thermometer is specified for 10 to 40 °C of air; at a cold gate it reads 34 to 35 °C and would wave
everybody through, so what is too low is invalid, not normal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from functions.health.fever_check.models import Measured, Status, Verdict
from linli.contracts import Contract
from linli.errors import Conflict
from linli.ids import Id
from linli.instants import Instant
from linli.vocabulary.health import HealthPolicy

PLAUSIBLE_C = (Decimal("34.0"), Decimal("43.0"))
TRUSTED_AMBIENT_C = (Decimal(10), Decimal(40))
REMEMBERED = 20
APART = timedelta(minutes=2)  # a second reading sooner is the same measurement: a double tap
SHORTEST_WINDOW = 2 * APART  # or nothing could confirm
SHORTEST = timedelta(milliseconds=1)  # what an instant of ours can tell apart


class FeverState(Contract):
    """What is known of a person. `fevers`: times of fever readings since the last clearance, oldest first."""

    status: Status = "normal"
    measured_at: Instant | None = None
    fevers: list[Instant] = []
    confirmed_at: Instant | None = None
    cleared_at: Instant | None = None
    cleared_by: Id | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Screening:
    """The verdict on one reading, and the person's state with it."""

    verdict: Verdict
    reason: str | None
    state: FeverState
    newly_confirmed: bool = False
    retest_from: datetime | None = None
    retest_until: datetime | None = None


def unusable(measured: Measured) -> str | None:
    """Why a reading cannot be judged, or None."""
    low, high = PLAUSIBLE_C
    if not low <= measured.temperature_c <= high:
        return "implausible"
    cold, hot = TRUSTED_AMBIENT_C
    if measured.ambient_c is not None and not cold <= measured.ambient_c <= hot:
        return "ambient"
    return None


def screen(measured: Measured, at: datetime, state: FeverState, policy: HealthPolicy) -> Screening:
    """Judge a reading taken `at`, whatever the order in which readings arrive.

    Two fevers at least two minutes and at most `retest_minutes` apart confirm, by their own times. A
    confirmed fever stays until it is cleared; a reading from before the clearance changes nothing; an older
    one never downgrades.
    """
    reason = unusable(measured)
    if reason is not None:
        return Screening("invalid", reason, state)
    feverish = measured.temperature_c >= policy.fever_c
    if state.cleared_at is not None and at <= state.cleared_at:
        return Screening("fever" if feverish else "normal", "before_clearance", state)
    if feverish:
        return _with_fever(at, state, max(timedelta(minutes=policy.retest_minutes), SHORTEST_WINDOW))
    is_newest = state.measured_at is None or at > state.measured_at
    known = state.model_copy(update={"measured_at": at}) if is_newest else state
    falls = is_newest and state.status in {"fever", "cleared"}
    return Screening("normal", None, known.model_copy(update={"status": "normal"}) if falls else known)


def _with_fever(at: datetime, before: FeverState, window: timedelta) -> Screening:
    newest = max(filter(None, (before.measured_at, at)))
    known = before.model_copy(update={"measured_at": newest, "fevers": _remembered({*before.fevers, at})})
    if before.status == "confirmed":
        return Screening("confirmed", None, known)
    partner = [other for other in before.fevers if APART <= abs(at - other) <= window]
    if partner:
        confirmed = known.model_copy(update={"status": "confirmed", "confirmed_at": max(at, *partner)})
        return Screening("confirmed", None, confirmed, newly_confirmed=True)
    if newest == at:
        known = known.model_copy(update={"status": "fever"})
    same = [other for other in before.fevers if abs(at - other) < APART]
    soonest, last = min([at, *same]) + APART, max([at, *same]) + window
    return Screening("fever", "same_measurement" if same else None, known, False, soonest, last)


def _remembered(fevers: set[datetime]) -> list[datetime]:
    """The fevers that a later one can confirm, oldest first: of one measurement no more than its two ends.

    Whatever is a window's length or less, and two minutes or more, from a reading between the ends is so from
    one of them as well.
    """
    kept: list[datetime] = []
    for each in sorted(fevers):
        if len(kept) > 1 and each - kept[-2] < APART:
            kept.pop()
        kept.append(each)
    return kept[-REMEMBERED:]


def cleared(state: FeverState, by: str, now: datetime) -> FeverState:
    """The state once `by` lifts the confirmed fever. Raises Conflict when none is confirmed."""
    if state.status != "confirmed" or state.confirmed_at is None:
        raise Conflict("only_confirmed_cleared", status_now=state.status)
    # A thermometer's clock may be minutes ahead of ours; what is cleared must be older than the clearance,
    # or access, where a block wins a tie, would never lift it.
    at = max(now, state.confirmed_at + SHORTEST)
    return state.model_copy(
        update={
            "status": "cleared",
            "cleared_at": at,
            "cleared_by": by,
            "fevers": [each for each in state.fevers if each > at],
            "confirmed_at": None,
        }
    )
