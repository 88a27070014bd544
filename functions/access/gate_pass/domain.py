"""May this holder pass this gate? Eight checks, all made, the first that fails is the reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from functions.access.credentials.grants import Grant
from functions.access.credentials.validity import Credential
from functions.access.gate_pass.models import Shown, Verdict
from functions.access.gates.models import Direction, Gate
from functions.access.holders.standing import Passing, Standing
from linli.device_messages import Clocks
from linli.events import Fact
from linli.vocabulary.access import AccessPolicy, GatePassed
from linli.vocabulary.health import HealthPolicy

OPEN_FOR = timedelta(seconds=10)
PLAUSIBLE_C = (Decimal(34), Decimal(43))  # a cold gate reads less and would wave a fever through
PASSED = "passed"
NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Policies:
    """What the community set for its gates, and from which temperature on a fever is one."""

    access: AccessPolicy = field(default_factory=AccessPolicy)
    health: HealthPolicy = field(default_factory=HealthPolicy)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known at the gate when somebody shows a credential.

    `grants`: what was granted to the credential last. `tells_entries`: the gate says who goes through;
    `entered_at`: it has said so of this pass before it told of the pass.
    """

    community: str
    policies: Policies
    time_zone: str
    gate: Gate | None
    credential: Credential | None
    standing: Standing | None
    revoked: bool = False
    used_up: bool = False
    grants: tuple[Grant, ...] = ()
    tells_entries: bool = False
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """One showing: the id it is kept under, when it was, and what the gate decided if it is told later."""

    id: str
    clocks: Clocks
    granted_offline: bool | None = None

    @property
    def told_later(self) -> bool:
        """Whether the gate could not wait for us."""
        return self.granted_offline is not None

    @property
    def verdict(self) -> Verdict | None:
        """What the gate decided."""
        if self.granted_offline is None:
            return None
        return "granted" if self.granted_offline else "denied"


@dataclass(frozen=True, slots=True)
class Decision:
    """`checks` maps every check to `passed`, `not_applicable`, or the reason it failed for.

    `standing` is the holder's afterwards, unchanged unless something about it is to be remembered. `grant`:
    what the credential is to remember, `again`: the grant that stands, since this showing is the same
    passing. `awaited`: what counts once the gate tells that somebody went through.
    """

    verdict: Verdict
    reason: str | None
    checks: dict[str, str]
    at: datetime
    area: str | None
    direction: Direction | None
    person: str | None
    standing: Standing | None
    uses_up: bool
    disagreed: bool
    facts: tuple[Fact, ...]
    grant: Grant | None
    again: Grant | None
    awaited: Passing | None
    entered_at: datetime | None
    clock_off: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    shown: Shown
    at: datetime
    clock_off: bool
    now: datetime
    situation: Situation
    direction: Direction
    told_later: bool
    grant: Grant | None
    again: Grant | None


Check = Callable[[_Asked], str]


def timed(clocks: Clocks, policies: Policies, *, told_later: bool) -> tuple[datetime, bool]:
    """The time the rules go by, and whether it is ours because the device's makes no sense.

    A pass told later has the time it tells, unless that is yet to come or older than passes are kept.
    """
    kept = timedelta(days=policies.access.retention_days)
    if told_later:
        return clocks.happened_at(kept), clocks.timeless(kept)
    return clocks.decided_at, clocks.off


def open_for(opened: timedelta, received_at: datetime, first_received_at: datetime) -> timedelta:
    """What is left of a grant for `opened`, when it is told again."""
    return max(opened - max(received_at - first_received_at, timedelta()), timedelta())


def _credential_known(asked: _Asked) -> str:
    credential, standing = asked.situation.credential, asked.situation.standing
    if not asked.shown.matches(asked.situation.policies.access.face_threshold):
        return "no_match"
    if credential is None or standing is None:
        return "unknown_credential"
    if asked.situation.revoked:
        return "revoked_credential"
    return PASSED if asked.again else _not_used_up(asked, standing)


def _not_used_up(asked: _Asked, standing: Standing) -> str:
    if asked.situation.used_up:
        return "used_credential"
    passing = _passing(asked)
    if asked.direction == "in" and not standing.may_come_in(passing.step if passing else None, asked.now):
        return "no_entries_left"
    return PASSED


def _valid_here(asked: _Asked) -> str:
    gate, credential = asked.situation.gate, asked.situation.credential
    if gate is None or gate.revoked:
        return "unknown_gate"
    if credential is None:
        return NOT_APPLICABLE
    return PASSED if credential.good_at(gate.gate, gate.area) else "wrong_area"


def _valid_now(asked: _Asked) -> str:
    credential = asked.situation.credential
    if credential is None:
        return NOT_APPLICABLE
    if asked.at < credential.valid_from:
        return "not_yet_valid"
    if asked.at >= credential.valid_until:
        return "expired"
    return PASSED if credential.good_when(asked.at, asked.situation.time_zone) else "outside_hours"


def _not_blocked(asked: _Asked) -> str:
    standing = asked.situation.standing
    if standing is None:
        return NOT_APPLICABLE
    blocks = standing.in_force()
    return f"blocked_{blocks[0]}" if blocks else PASSED


def _not_quarantined(asked: _Asked) -> str:
    standing = asked.situation.standing
    if standing is None or standing.quarantine_until is None:
        return NOT_APPLICABLE
    return "quarantine" if asked.at < standing.quarantine_until else PASSED


def _health_code_good(asked: _Asked) -> str:
    standing = asked.situation.standing
    if standing is None or not asked.situation.policies.access.health_code_required:
        return NOT_APPLICABLE
    return PASSED if standing.health_code == "green" else "health_code"


def _temperature_normal(asked: _Asked) -> str:
    measured: Decimal | None = asked.shown.temperature_c
    if measured is None:
        return NOT_APPLICABLE
    if not PLAUSIBLE_C[0] <= measured <= PLAUSIBLE_C[1]:
        return "temperature_invalid"
    return PASSED if measured < asked.situation.policies.health.fever_c else "temperature"


def _alternates(asked: _Asked) -> str:
    gate, standing = asked.situation.gate, asked.situation.standing
    if gate is None or standing is None:
        return NOT_APPLICABLE
    mode = asked.situation.policies.access.passback.get(gate.area, "off")
    if mode == "off":
        return NOT_APPLICABLE
    if asked.again or not _passed_that_way(asked, standing, gate.area):
        return PASSED
    return "passback" if mode == "hard" else "passback_noted"


def _passed_that_way(asked: _Asked, standing: Standing, area: str) -> bool:
    """Whether the holder went this way last, or may be going so right now: what may come to nothing forbids,
    and allows nothing.
    """
    last = standing.presence.get(area)
    older = last is not None and asked.told_later and last.at >= asked.at
    ways = [last.direction] if last and not older else []
    ways += [] if asked.told_later else [one.direction for one in standing.passing_now(area, asked.now)]
    return asked.direction in ways


CHECKS: dict[str, Check] = {
    "credential": _credential_known,
    "place": _valid_here,
    "time": _valid_now,
    "block": _not_blocked,
    "quarantine": _not_quarantined,
    "health_code": _health_code_good,
    "temperature": _temperature_normal,
    "passback": _alternates,
}
NOT_REFUSALS = frozenset({PASSED, NOT_APPLICABLE, "passback_noted"})


def decide(shown: Shown, situation: Situation, showing: Showing) -> Decision:
    """Decide whether to open, at the time and by the clocks that it was asked.

    Where the gate has decided already, its verdict is kept, and `disagreed` says whether ours would have been
    another.
    """
    asked = _asked(shown, situation, showing)
    checks = {name: check(asked) for name, check in CHECKS.items()}
    reason = next((result for result in checks.values() if result not in NOT_REFUSALS), None)
    ours: Verdict = "granted" if reason is None else "denied"
    verdict = showing.verdict or ours
    standing, gate = situation.standing, situation.gate
    granted = verdict == "granted"
    counts = granted and not asked.again
    awaited = _passing(asked) if counts and situation.tells_entries and not situation.entered_at else None
    return Decision(
        verdict=verdict,
        reason=reason,
        checks=checks,
        at=asked.at,
        area=gate.area if gate else None,
        direction=asked.direction,
        person=standing.person if standing else None,
        standing=_after(asked, awaited) if counts else standing,
        uses_up=counts and situation.credential is not None and situation.credential.single_use,
        disagreed=verdict != ours,
        facts=_facts(asked) if counts else (),
        grant=asked.grant if counts else None,
        again=asked.again if granted else None,
        awaited=awaited,
        entered_at=situation.entered_at if counts else None,
        clock_off=asked.clock_off,
    )


Known = TypeVar("Known")


def chosen(decided: Sequence[tuple[Known, Situation, Decision]]) -> tuple[Known, Situation, Decision]:
    """Of what the same plate is good for, by several hands or on several days, what decides: what lets in,
    without taking an entry if it can; else what comes nearest to it.
    """
    return min(decided, key=lambda one: _distance(one[1], one[2]))


def _distance(situation: Situation, decision: Decision) -> tuple[bool, bool, bool, bool, bool, int]:
    before, after, checks = situation.standing, decision.standing, decision.checks
    return (
        decision.reason is not None,
        decision.again is None,
        before is not None and after is not None and before.entries_left != after.entries_left,
        before is not None and before.entries_left is not None,
        checks["time"] not in NOT_REFUSALS,
        sum(one not in NOT_REFUSALS for one in checks.values()),
    )


def _asked(shown: Shown, situation: Situation, showing: Showing) -> _Asked:
    told_later = showing.told_later
    at, clock_off = timed(showing.clocks, situation.policies, told_later=told_later)
    direction = _direction(shown, situation.gate)
    grant = _grant(situation.gate, direction, at, showing)
    same = (
        one for one in situation.grants if grant and one.same_passing(grant, OPEN_FOR, told_later=told_later)
    )
    return _Asked(
        shown=shown,
        at=at,
        clock_off=clock_off,
        now=showing.clocks.received_at,
        situation=situation,
        direction=direction,
        told_later=told_later,
        grant=grant,
        again=next(same, None),
    )


def _grant(gate: Gate | None, direction: Direction, at: datetime, showing: Showing) -> Grant | None:
    if gate is None:
        return None
    clocks = showing.clocks
    return Grant(
        gate=gate.gate,
        direction=direction,
        passed_as=showing.id,
        at=at,
        shown_at=clocks.occurred_at,
        received_at=clocks.received_at,
    )


def _direction(shown: Shown, gate: Gate | None) -> Direction:
    if gate is None or gate.direction == "both":
        return shown.direction or "in"
    return gate.direction


def _passing(asked: _Asked) -> Passing | None:
    """What the pass counts for; None where it counts for nothing."""
    standing, gate = asked.situation.standing, asked.situation.gate
    if standing is None or gate is None:
        return None
    coming_or_leaving = asked.direction == "in" or standing.visit is not None
    entry = standing.entries_left is not None and coming_or_leaving
    place = asked.situation.policies.access.passback.get(gate.area, "off") != "off"
    if not (entry or place):
        return None
    return Passing(
        gate=gate.gate,
        area=gate.area,
        direction=asked.direction,
        at=asked.at if asked.told_later else standing.turn(gate.area, asked.at, asked.now),
        until=asked.now + OPEN_FOR,
        entry=entry,
        place=place,
        shown=asked.shown.credential,
    )


def _after(asked: _Asked, awaited: Passing | None) -> Standing | None:
    standing, passing = asked.situation.standing, _passing(asked)
    if standing is None or passing is None or (awaited and asked.told_later):
        return standing
    return standing.awaiting(awaited, asked.now) if awaited else standing.went_through(passing)


def _facts(asked: _Asked) -> tuple[Fact, ...]:
    gate, standing = asked.situation.gate, asked.situation.standing
    if gate is None:
        return ()
    return (
        GatePassed(
            community=asked.situation.community,
            gate=gate.gate,
            area=gate.area,
            direction=asked.direction,
            person=standing.person if standing else None,
            passed_at=asked.at,
            offline=asked.told_later,
        ),
    )
