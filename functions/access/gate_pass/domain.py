"""May this holder pass this gate? Eight checks, all made, the first that fails is the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from functions.access.credentials import Credential
from functions.access.gate_pass.models import Shown, Verdict
from functions.access.gates import Gate
from functions.access.holders import Direction, Presence, Standing
from linli.device_messages import Clocks
from linli.events import Fact, GatePassed
from linli.policies import CommunityPolicies

OPEN_FOR = timedelta(seconds=10)
SHORTEST = timedelta(milliseconds=1)
PLAUSIBLE_C = (Decimal(34), Decimal(43))  # a cold gate reads less and would wave a fever through
PASSED = "passed"
NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known at the gate when somebody shows a credential."""

    community: str
    policies: CommunityPolicies
    time_zone: str
    gate: Gate | None
    credential: Credential | None
    standing: Standing | None
    revoked: bool = False
    used_up: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`checks` maps every check to `passed`, `not_applicable`, or the reason it failed for.

    `standing` is the holder's afterwards, unchanged unless something about it is to be remembered.
    """

    verdict: Verdict
    reason: str | None
    checks: dict[str, str]
    area: str | None
    direction: Direction | None
    person: str | None
    standing: Standing | None
    uses_up: bool
    disagreed: bool
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    shown: Shown
    at: datetime
    situation: Situation
    direction: Direction
    told_later: bool


Check = Callable[[_Asked], str]


def timed(clocks: Clocks, policies: CommunityPolicies, *, told_later: bool) -> tuple[datetime, bool]:
    """The time the rules go by, and whether it is ours because the device's makes no sense.

    A pass told later has the time it tells, unless that is yet to come or older than passes are kept.
    """
    kept = timedelta(days=policies.access.retention_days)
    if told_later:
        return clocks.happened_at(kept), clocks.timeless(kept)
    return clocks.decided_at, clocks.off


def open_for(opened: timedelta, received_at: datetime, first_received_at: datetime) -> timedelta:
    """How long the gate may still open, when what was granted for `opened` is told again."""
    return max(opened - max(received_at - first_received_at, timedelta()), timedelta())


def _credential_known(asked: _Asked) -> str:
    credential, standing = asked.situation.credential, asked.situation.standing
    if asked.shown.score is not None and asked.shown.score < asked.situation.policies.access.face_threshold:
        return "no_match"
    if credential is None or standing is None:
        return "unknown_credential"
    if asked.situation.revoked:
        return "revoked_credential"
    if asked.situation.used_up:
        return "used_credential"
    if asked.direction == "in" and standing.entries_left == 0:
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
    last = standing.presence.get(gate.area)
    older = last is not None and asked.told_later and last.at >= asked.at
    if mode == "off" or last is None or older or last.direction != asked.direction:
        return NOT_APPLICABLE if mode == "off" else PASSED
    return "passback" if mode == "hard" else "passback_noted"


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


def decide(
    shown: Shown, situation: Situation, at: datetime, *, granted_offline: bool | None = None
) -> Decision:
    """Decide whether to open, as of `at`.

    With `granted_offline` the gate has decided already: that verdict is kept, and `disagreed` says whether
    ours would have been another.
    """
    direction = _direction(shown, situation.gate)
    asked = _Asked(shown, at, situation, direction, granted_offline is not None)
    checks = {name: check(asked) for name, check in CHECKS.items()}
    reason = next((result for result in checks.values() if result not in NOT_REFUSALS), None)
    ours: Verdict = "granted" if reason is None else "denied"
    verdict = ours if granted_offline is None else ("granted" if granted_offline else "denied")
    standing, gate = situation.standing, situation.gate
    granted = verdict == "granted"
    return Decision(
        verdict=verdict,
        reason=reason,
        checks=checks,
        area=gate.area if gate else None,
        direction=direction,
        person=standing.person if standing else None,
        standing=_after(asked) if granted else standing,
        uses_up=granted and situation.credential is not None and situation.credential.single_use,
        disagreed=verdict != ours,
        facts=_facts(situation, direction, at, offline=granted_offline is not None) if granted else (),
    )


def _direction(shown: Shown, gate: Gate | None) -> Direction:
    if gate is None or gate.direction == "both":
        return shown.direction or "in"
    return gate.direction


def _after(asked: _Asked) -> Standing | None:
    after, gate = asked.situation.standing, asked.situation.gate
    if after is None or gate is None:
        return after
    if asked.direction == "in":
        after = after.entered_once_more()
    if asked.situation.policies.access.passback.get(gate.area, "off") != "off":
        after = after.passed(gate.area, asked.direction, _in_turn(asked, after.presence.get(gate.area)))
    return after


def _in_turn(asked: _Asked, last: Presence | None) -> datetime:
    """The time to remember: who stands at a gate now comes after whoever did before, by any clock."""
    if asked.told_later or last is None:
        return asked.at
    return max(asked.at, last.at + SHORTEST)


def _facts(situation: Situation, direction: Direction, at: datetime, *, offline: bool) -> tuple[Fact, ...]:
    gate, standing = situation.gate, situation.standing
    if gate is None:
        return ()
    return (
        GatePassed(
            community=situation.community,
            gate=gate.gate,
            area=gate.area,
            direction=direction,
            person=standing.person if standing else None,
            passed_at=at,
            offline=offline,
        ),
    )
