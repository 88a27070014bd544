"""The eight checks, each alone and in order, and what a pass leaves behind."""

import json
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.access.credentials.validity import Credential, Window
from functions.access.gate_pass.domain import (
    CHECKS,
    NOT_REFUSALS,
    Policies,
    Showing,
    Situation,
    chosen,
    decide,
)
from functions.access.gate_pass.models import GatePassEvent, Shown
from functions.access.gates.models import Direction, Gate
from functions.access.holders.standing import Mark, Presence, Standing
from linli.device_messages import Clocks
from linli.vocabulary.access import AccessPolicy, GatePassed
from linli.vocabulary.health import HealthPolicy

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # a Monday, 16:00 in Shanghai
HOUR = timedelta(hours=1)
CARD = Shown(credential="card", value="4711")
ASKED = Showing("e-1", Clocks(NOW, NOW))
AFTERNOON = Window(days=[0], since=time(8), until=time(16))


def told(took: bool) -> Showing:
    return Showing("e-1", Clocks(NOW, NOW), took)


def credential(**changed: Any) -> Credential:
    known: dict[str, Any] = {
        "kind": "card",
        "holder": "li-na",
        "valid_from": NOW - HOUR,
        "valid_until": NOW + HOUR,
    }
    return Credential.model_validate(known | changed)


def standing(**changed: Any) -> Standing:
    return Standing.model_validate({"holder": "li-na", "person": "li-na"} | changed)


def situation(**changed: Any) -> Situation:
    known: dict[str, Any] = {
        "community": "willow",
        "policies": Policies(),
        "time_zone": "Asia/Shanghai",
        "gate": Gate(gate="gate-1", area="garden", direction="in"),
        "credential": credential(),
        "standing": standing(),
    }
    return Situation(**(known | changed))


def access(**policy: Any) -> Policies:
    return Policies(access=AccessPolicy.model_validate(policy))


def inside(direction: Direction, at: datetime = NOW - HOUR) -> Standing:
    return standing(presence={"garden": Presence(direction=direction, at=at)})


def test_a_resident_with_a_good_card_passes() -> None:
    decision = decide(CARD, situation(), ASKED)
    assert (decision.verdict, decision.reason) == ("granted", None)
    (fact,) = decision.facts
    assert isinstance(fact, GatePassed)
    assert (fact.person, fact.area, fact.direction, fact.offline) == ("li-na", "garden", "in", False)


REFUSALS: list[tuple[str, Shown, Situation]] = [
    ("no_match", Shown(credential="face", value="t", score=Decimal("0.79")), situation()),
    ("unknown_credential", CARD, situation(credential=None, standing=None)),
    ("revoked_credential", CARD, situation(revoked=True)),
    ("used_credential", CARD, situation(used_up=True)),
    ("no_entries_left", CARD, situation(standing=standing(entries_left=0))),
    ("unknown_gate", CARD, situation(gate=None)),
    ("unknown_gate", CARD, situation(gate=Gate(gate="gate-1", area="garden", direction="in", revoked=True))),
    ("wrong_area", CARD, situation(credential=credential(areas=["roof"]))),
    ("wrong_area", CARD, situation(credential=credential(gates=["gate-2"]))),
    ("not_yet_valid", CARD, situation(credential=credential(valid_from=NOW + timedelta(milliseconds=1)))),
    ("expired", CARD, situation(credential=credential(valid_until=NOW))),
    (
        "outside_hours",
        CARD,
        situation(credential=credential(windows=[AFTERNOON])),
    ),
    ("blocked_fever", CARD, situation(standing=standing(blocks={"fever": Mark(on=True, at=NOW)}))),
    (
        "blocked_membership_ended",
        CARD,
        situation(standing=standing(blocks={"membership_ended": Mark(on=True, at=NOW)})),
    ),
    ("quarantine", CARD, situation(standing=standing(quarantine_until=NOW + HOUR))),
    ("health_code", CARD, situation(policies=access(health_code_required=True))),
    ("temperature", Shown(credential="card", value="4711", temperature_c=Decimal("37.3")), situation()),
    (
        "temperature_invalid",
        Shown(credential="card", value="4711", temperature_c=Decimal("25.0")),
        situation(),
    ),
    (
        "temperature_invalid",
        Shown(credential="card", value="4711", temperature_c=Decimal("98.6")),
        situation(),
    ),
    ("passback", CARD, situation(policies=access(passback={"garden": "hard"}), standing=inside("in"))),
]


@pytest.mark.parametrize(("reason", "shown", "known"), REFUSALS, ids=[one[0] for one in REFUSALS])
def test_each_check_refuses_with_its_own_reason(reason: str, shown: Shown, known: Situation) -> None:
    decision = decide(shown, known, ASKED)
    assert (decision.verdict, decision.reason) == ("denied", reason)
    assert decision.facts == ()
    assert decision.standing == known.standing
    assert not decision.uses_up


def test_the_first_failing_check_is_the_reason_and_all_results_are_kept() -> None:
    feverish = standing(blocks={"fever": Mark(on=True, at=NOW)}, quarantine_until=NOW + HOUR)
    decision = decide(CARD, situation(credential=credential(areas=["roof"]), standing=feverish), ASKED)
    assert list(decision.checks) == list(CHECKS)
    assert decision.reason == "wrong_area"
    assert (decision.checks["block"], decision.checks["quarantine"]) == ("blocked_fever", "quarantine")


def test_a_lifted_block_no_longer_refuses() -> None:
    known = situation(standing=standing(blocks={"fever": Mark(on=False, at=NOW)}))
    assert decide(CARD, known, ASKED).verdict == "granted"


def test_a_face_at_the_threshold_is_a_match() -> None:
    shown = Shown(credential="face", value="t", score=Decimal("0.80"))
    assert decide(shown, situation(), ASKED).verdict == "granted"


def test_a_visitor_without_entries_may_still_leave() -> None:
    way_out = Gate(gate="gate-2", area="garden", direction="out")
    known = situation(gate=way_out, standing=standing(person=None, entries_left=0))
    assert decide(CARD, known, ASKED).verdict == "granted"


@pytest.mark.parametrize(("direction", "left"), [("in", 2), ("out", 3)])
def test_only_going_in_uses_an_entry(direction: Direction, left: int) -> None:
    gate = Gate(gate="gate-1", area="garden", direction=direction)
    decision = decide(CARD, situation(gate=gate, standing=standing(entries_left=3)), ASKED)
    assert decision.standing is not None
    assert decision.standing.entries_left == left


@pytest.mark.parametrize(
    ("mode", "last", "verdict", "check"),
    [
        ("off", "in", "granted", "not_applicable"),
        ("soft", "in", "granted", "passback_noted"),
        ("hard", "in", "denied", "passback"),
        ("hard", "out", "granted", "passed"),
        ("soft", "out", "granted", "passed"),
    ],
)
def test_anti_passback_in_its_three_modes(mode: str, last: Direction, verdict: str, check: str) -> None:
    known = situation(policies=access(passback={"garden": mode}), standing=inside(last))
    decision = decide(CARD, known, ASKED)
    assert (decision.verdict, decision.checks["passback"]) == (verdict, check)


def test_presence_is_remembered_only_where_it_counts() -> None:
    decision = decide(CARD, situation(), ASKED)
    assert decision.standing is not None
    assert decision.standing.presence == {}
    counted = decide(CARD, situation(policies=access(passback={"garden": "soft"})), ASKED).standing
    assert counted is not None
    assert counted.presence == {"garden": Presence(direction="in", at=NOW)}


def test_a_late_pass_never_moves_presence_back() -> None:
    known = situation(policies=access(passback={"garden": "hard"}), standing=inside("out", at=NOW + HOUR))
    decision = decide(CARD, known, told(True))
    assert decision.standing == known.standing


@pytest.mark.parametrize("took", [True, False])
def test_an_offline_decision_stands_and_is_flagged_where_we_would_have_decided_otherwise(took: bool) -> None:
    blocked = situation(standing=standing(blocks={"fever": Mark(on=True, at=NOW - HOUR)}))
    decision = decide(CARD, blocked, told(took))
    assert decision.verdict == ("granted" if took else "denied")
    assert decision.disagreed is took
    assert decision.reason == "blocked_fever"


def test_a_gate_that_counts_both_ways_believes_the_device() -> None:
    both = Gate(gate="gate-1", area="garden", direction="both")
    way_out = Shown(credential="card", value="4711", direction="out")
    assert decide(way_out, situation(gate=both), ASKED).direction == "out"
    assert decide(CARD, situation(gate=both), ASKED).direction == "in"
    assert decide(way_out, situation(), ASKED).direction == "in"


shown_values = st.builds(
    Shown,
    credential=st.sampled_from(["face", "qr", "phone", "card", "plate"]),
    value=st.just("x"),
    score=st.decimals(min_value=0, max_value=1, places=2),
    direction=st.sampled_from(["in", "out", None]),
    temperature_c=st.none() | st.decimals(min_value=20, max_value=50, places=1),
)
marks = st.builds(Mark, on=st.booleans(), at=st.just(NOW))
standings = st.none() | st.builds(
    Standing,
    holder=st.just("li-na"),
    person=st.sampled_from(["li-na", None]),
    blocks=st.dictionaries(st.sampled_from(["fever", "membership_ended"]), marks),
    quarantine_until=st.sampled_from([None, NOW - HOUR, NOW + HOUR]),
    health_code=st.sampled_from([None, "green", "red"]),
    presence=st.dictionaries(
        st.just("garden"),
        st.builds(Presence, direction=st.sampled_from(["in", "out"]), at=st.sampled_from([NOW - HOUR, NOW])),
    ),
    entries_left=st.sampled_from([None, 0, 1, 5]),
)
situations = st.builds(
    Situation,
    community=st.just("willow"),
    policies=st.builds(
        Policies,
        access=st.builds(
            AccessPolicy,
            passback=st.dictionaries(st.just("garden"), st.sampled_from(["off", "soft", "hard"])),
            health_code_required=st.booleans(),
        ),
        health=st.just(HealthPolicy()),
    ),
    time_zone=st.sampled_from(["Asia/Shanghai", "Europe/Lisbon"]),
    gate=st.none()
    | st.builds(
        Gate,
        gate=st.just("gate-1"),
        area=st.just("garden"),
        direction=st.sampled_from(["in", "out", "both"]),
        revoked=st.booleans(),
    ),
    credential=st.none() | st.just(credential()) | st.just(credential(gates=["gate-2"], single_use=True)),
    standing=standings,
    revoked=st.booleans(),
    used_up=st.booleans(),
)


@given(shown_values, situations)
def test_granted_exactly_when_no_check_refuses(shown: Shown, known: Situation) -> None:
    decision = decide(shown, known, ASKED)
    refusals = [result for result in decision.checks.values() if result not in NOT_REFUSALS]
    assert (decision.verdict == "granted") == (not refusals)
    assert decision.reason == (refusals[0] if refusals else None)
    assert not decision.disagreed


@given(shown_values, st.lists(situations, min_size=1, max_size=4))
def test_a_plate_in_several_hands_opens_when_one_of_them_does_and_takes_no_entry_if_it_need_not(
    shown: Shown, hands: list[Situation]
) -> None:
    decided = [(number, known, decide(shown, known, ASKED)) for number, known in enumerate(hands)]
    number, known, decision = chosen(decided)
    assert (number, known, decision) == decided[number]
    granted = [one for _, _, one in decided if one.verdict == "granted"]
    assert (decision.verdict == "granted") == bool(granted)
    free = any(one.standing and one.standing.entries_left is None for one in granted)
    if free:
        assert decision.standing
        assert decision.standing.entries_left is None


@given(shown_values, situations)
def test_nothing_opens_without_a_known_credential_a_known_gate_and_a_standing(
    shown: Shown, known: Situation
) -> None:
    if decide(shown, known, ASKED).verdict == "granted":
        assert known.credential
        assert known.standing
        assert known.gate
        assert not known.gate.revoked
        assert not known.standing.in_force()


@given(shown_values, situations, st.booleans())
def test_an_offline_verdict_is_never_changed(shown: Shown, known: Situation, took: bool) -> None:
    decision = decide(shown, known, told(took))
    assert (decision.verdict == "granted") is took
    assert decision.disagreed is (decide(shown, known, ASKED).verdict != decision.verdict)


@given(shown_values, situations)
def test_entries_never_go_below_zero_or_up(shown: Shown, known: Situation) -> None:
    after = decide(shown, known, told(True)).standing
    if known.standing is not None and known.standing.entries_left is not None:
        assert after is not None
        assert after.entries_left is not None
        assert 0 <= after.entries_left <= known.standing.entries_left


MESSAGE = {
    "event_id": "e-1",
    "seq": 1,
    "occurred_at": "2026-01-05T08:00:00Z",
    "credential": "card",
    "value": "4711",
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"credential": "face"},
        {"credential": "smell"},
        {"score": "NaN"},
        {"score": 1.5},
        {"offline": True},
        {"granted": True},
        {"value": ""},
        {"value": "x" * 257},
        {"seq": -1},
        {"seq": 2**53 + 1},
        {"seq": True},
        {"seq": "1"},
        {"event_id": "E 1"},
        {"event_id": "x" * 65},
        {"occurred_at": "yesterday"},
        {"occurred_at": "2026-01-05T08:00:00"},
        {"occurred_at": 1767600000},
        {"temperature_c": 1e9},
        {"unknown": 1},
    ],
    ids=str,
)
def test_what_a_gate_may_not_send(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GatePassEvent.model_validate_json(json.dumps(MESSAGE | wrong))


@pytest.mark.parametrize(
    ("said", "score", "measured"),
    [
        ({"score": 0.1234567, "temperature_c": 36.66667}, "0.12345", "36.67"),
        ({"score": 0.7999999, "temperature_c": 37.29999999999999}, "0.79999", "37.30"),
        ({"score": 1, "temperature_c": 36}, "1.00000", "36.00"),
        ({"score": "0.5", "temperature_c": "36.1234567890123456789"}, "0.50000", "36.12"),
    ],
)
def test_more_digits_than_we_need_are_rounded_not_refused(
    said: dict[str, Any], score: str, measured: str
) -> None:
    shown = GatePassEvent.model_validate_json(json.dumps(MESSAGE | {"credential": "face"} | said))
    assert (str(shown.score), str(shown.temperature_c)) == (score, measured)


@pytest.mark.parametrize("score", ["0", "0.1", "0.79"])
def test_the_score_of_what_is_no_face_says_nothing(score: str) -> None:
    shown = Shown(credential="card", value="4711", score=Decimal(score))
    assert decide(shown, situation(), ASKED).verdict == "granted"
