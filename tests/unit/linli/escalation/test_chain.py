"""What time and broken channels do to an alert: the chain calls one after another."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.care.calling.alerts import ROLES, Actor, Answer
from functions.care.watching.state import Setting
from linli.escalation.alerts import Circle, Reachable
from linli.escalation.answering import answered
from linli.escalation.chain import (
    advanced,
    chain_for,
    failed,
    handed_back,
    not_picked_up,
    quiet_until,
    told_otherwise,
)
from linli.messages.gateways import Channel
from linli.vocabulary.care import ChainStep, Recipient
from tests.unit.linli.escalation.alarming import (
    CIRCLE,
    EVERY_WAY,
    MIDNIGHT,
    NOBODY,
    NOON,
    POLICY,
    SETTING,
    actor,
    alert,
    minutes,
    run,
    told,
)


def test_the_chain_is_called_one_after_another_with_its_repeats() -> None:
    # Given an alert at noon that nobody answers
    one, steps = run(alert(), NOON + timedelta(minutes=59))
    # Then each step is asked as often as the policy says, by another channel each time
    made = [
        (int((each.made_at - NOON).total_seconds()) // 60, each.to, each.recipient, each.channel)
        for step in steps
        for each in step.messages
    ]
    assert made == [
        (0, "person", "ann", "push"),
        (5, "person", "ann", "voice"),
        (10, "contact", "daughter", "push"),
        (10, "contact", "contact-2", "sms"),
        (20, "contact", "daughter", "sms"),
        (20, "contact", "contact-2", "voice"),
        (30, "caregiver", "carer", "push"),
        (45, "caregiver", "carer", "voice"),
    ]
    assert one.unanswered_since is None


def test_no_acknowledgement_at_any_level_goes_on_for_ever_and_louder() -> None:
    one, steps = run(alert(), NOON + timedelta(hours=9))
    # Given that the chain has been gone through, it says so once
    assert [entry.what for step in steps for entry in step.entries].count("unanswered") == 1
    assert one.unanswered_since == NOON + timedelta(hours=2)
    # Then the whole chain is called again and again, by all channels at once
    late = [step for step in steps if step.now >= one.unanswered_since]
    begun = [timedelta(minutes=each) for each in (120, 125, 135, 150, 165, 170)]
    assert [step.now - NOON for step in late[:6]] == begun
    assert [sorted({each for each, _ in told([step])}) for step in late[:5]] == [
        ["ann"], ["contact-2", "daughter"], ["carer"], ["boss"], ["ann"],
    ]  # fmt: skip
    assert told(late[3:4]) == [("boss", "push"), ("boss", "voice")]
    assert all(told([step]) for step in late)
    # And it heads the staff queue
    assert one.place < alert().place


def test_after_the_chain_whoever_can_be_reached_is_called() -> None:
    one, steps = run(alert(), NOON + timedelta(hours=4), CIRCLE | {"manager": []})
    assert one.unanswered_since is not None
    assert [("carer", "push"), ("carer", "voice")] in [told([step]) for step in steps[-3:]]


def test_nobody_to_call_heads_the_staff_queue_at_once_and_stays_due() -> None:
    step = advanced(alert(), NOBODY, SETTING, NOON)
    assert step.alert.unanswered_since == NOON
    assert step.alert.due_at == NOON + timedelta(minutes=15)
    assert step.entries[-1].what == "nobody_to_call"


ALONE: Circle = {**CIRCLE, "contact": CIRCLE["contact"][:1]}


def to_contact(**more: Any) -> list[ChainStep]:
    """A contact with any number of rounds, then those on duty."""
    ways: list[Channel] = ["push", "voice"]
    contact = ChainStep(to="contact", channels=["push", "sms", "voice"], wait_minutes=5, **more)
    return [contact, *(ChainStep(to=to, channels=ways, wait_minutes=5) for to in ("caregiver", "manager"))]


def test_an_only_contact_who_does_not_answer_is_asked_again_with_those_on_duty() -> None:
    _, steps = run(alert(), NOON + timedelta(minutes=49), ALONE)
    assert minutes(steps) == [
        (0, "ann", "push"), (5, "ann", "voice"), (10, "daughter", "push"),
        (20, "carer", "push"), (20, "daughter", "sms"), (35, "carer", "voice"),
    ]  # fmt: skip


def test_the_rounds_of_an_only_contact_go_along_with_all_that_follow() -> None:
    _, steps = run(alert(chain=to_contact(repeats=4)), NOON + timedelta(minutes=14), ALONE)
    assert minutes(steps) == [
        (0, "daughter", "push"), (5, "carer", "push"), (5, "daughter", "sms"),
        (10, "boss", "push"), (10, "daughter", "voice"),
    ]  # fmt: skip


def test_two_numbers_of_one_person_are_one_contact() -> None:
    both = [*CIRCLE["contact"][:1], Reachable("contact-2", frozenset({"voice"}), whose="daughter")]
    _, steps = run(
        alert(chain=to_contact(repeats=1)), NOON + timedelta(minutes=9), {**CIRCLE, "contact": both}
    )
    assert minutes(steps) == [
        (0, "daughter", "push"), (0, "contact-2", "voice"),
        (5, "carer", "push"), (5, "daughter", "sms"), (5, "contact-2", "voice"),
    ]  # fmt: skip


@pytest.mark.parametrize("declined", [True, False])
def test_an_only_contact_whose_channels_all_fail_gives_way_at_once_and_is_not_asked_along(
    *, declined: bool
) -> None:
    step = advanced(alert(chain=to_contact(repeats=3)), ALONE, SETTING, NOON)
    sent = list(step.messages)
    for message in sent:
        step = failed(step.alert, message.message, ALONE, SETTING, NOON, declined=declined)
        sent += [each for each in step.messages if each.recipient == "daughter"]
    assert told([step]) == [("carer", "push")]
    _, later = run(step.alert, NOON + timedelta(minutes=9), ALONE)
    assert "daughter" not in {who for who, _ in told(later)}


def test_an_only_contact_who_does_not_pick_up_has_those_on_duty_told_at_once() -> None:
    # Given one contact, who has a telephone alone, and an hour to answer it
    alone: Circle = {**CIRCLE, "contact": [Reachable("contact-1", frozenset({"voice"}))]}
    chain = [ChainStep(to="contact", channels=["voice"], wait_minutes=60, repeats=2), *to_contact()[1:]]
    one = advanced(alert(chain=chain), alone, SETTING, NOON).alert
    # When nobody picks up
    later = NOON + timedelta(minutes=1)
    step = not_picked_up(one, str(one.calls[0].message), alone, SETTING, later)
    assert told([step]) == [("carer", "push"), ("contact-1", "voice")]
    # Then told again it changes nothing, and of who has another way or is one of several neither
    assert not not_picked_up(step.alert, str(one.calls[0].message), alone, SETTING, later).changed
    for circle in (CIRCLE, ALONE):
        one, _ = run(alert(), NOON + timedelta(minutes=10), circle)
        assert not not_picked_up(one, str(one.calls[0].message), circle, SETTING, one.changed_at).changed


def test_who_is_on_duty_and_cannot_be_reached_gives_way_though_the_contact_is_asked_along() -> None:
    one, _ = run(alert(chain=to_contact(repeats=3)), NOON + timedelta(minutes=5), ALONE)
    later = NOON + timedelta(minutes=6)
    step = failed(one, str(one.calls[0].message), ALONE, SETTING, later)
    assert told([step]) == [("carer", "voice")]
    step = failed(step.alert, step.messages[0].message, ALONE, SETTING, later)
    assert told([step])[0] == ("boss", "push")


@pytest.mark.parametrize("contacts", [[], CIRCLE["contact"][:1], CIRCLE["contact"]])
def test_where_the_steps_for_staff_reach_nobody_whoever_else_is_on_duty_is_told(
    contacts: list[Reachable],
) -> None:
    # Given a chain for caregivers, of whom none is on duty; a manager is
    circle: Circle = {**ALONE, "caregiver": [], "contact": contacts}
    chain = [*to_contact()[:2]]
    one, steps = run(alert(chain=chain), NOON + timedelta(minutes=6), circle)
    assert ("boss", "push") in told(steps)
    assert one.unanswered_since is None, "before the second round"
    # And at night as well
    quiet = advanced(alert(MIDNIGHT, chain=chain), circle, SETTING, MIDNIGHT)
    assert told([quiet]) == [("boss", "push")]


RUNGS = st.builds(
    ChainStep,
    to=st.sampled_from(get_args(Recipient)),
    channels=st.lists(st.sampled_from(get_args(Channel)), min_size=1, max_size=4),
    wait_minutes=st.integers(1, 20),
    repeats=st.integers(0, 3),
)
WAYS = st.frozensets(st.sampled_from(get_args(Channel)), min_size=1)


@settings(max_examples=300, deadline=None)
@given(
    chain=st.lists(RUNGS, min_size=1, max_size=5).filter(
        lambda chain: any(each.to in {"caregiver", "manager"} for each in chain)
    ),
    contact=WAYS, caregiver=st.none() | WAYS, manager=st.none() | WAYS, emergency=st.booleans(),
)  # fmt: skip
def test_no_only_contact_is_asked_twice_before_somebody_on_duty_knows(
    chain: list[ChainStep],
    contact: frozenset[Channel],
    caregiver: frozenset[Channel] | None,
    manager: frozenset[Channel] | None,
    *,
    emergency: bool,
) -> None:
    # Given one contact, and whoever is on duty, who can be reached in some way
    circle: Circle = {
        "person": [Reachable("ann", EVERY_WAY)],
        "contact": [Reachable("daughter", contact)],
        "caregiver": [Reachable("carer", caregiver)] if caregiver else [],
        "manager": [Reachable("boss", manager)] if manager else [],
    }
    one, called = (
        alert(emergency=emergency, chain=chain_for(ROLES, chain, emergency=emergency)),
        list[list[Any]](),
    )
    # When nobody answers until the chain has been gone through
    while one.unanswered_since is None:
        step = advanced(one, circle, SETTING, one.due_at or NOON)
        one = step.alert
        called.append([each.actor for each in step.entries if each.what == "called"])
    # Then one of those on duty has been called before the contact is called a second time
    in_turn = [who for each in called for who in dict.fromkeys(each)]
    times = [number for number, who in enumerate(in_turn) if who == "daughter"]
    on_duty = [number for number, who in enumerate(in_turn) if who in {"carer", "boss"}]
    assert bool(on_duty) == bool(caregiver or manager)
    assert len(times) < 2 or not on_duty or on_duty[0] < times[1]
    # And everybody who can be reached by their steps has been called
    assert bool(times) or not any(contact & set(rung.channels) for rung in one.chain if rung.to == "contact")


MANY = [Reachable(f"carer-{number:02}", EVERY_WAY) for number in range(50)]


@pytest.mark.parametrize("emergency", [True, False])
def test_of_many_some_are_asked_a_round_and_nobody_is_left_out(*, emergency: bool) -> None:
    ways: list[Channel] = ["push", "sms", "voice", "staff"]
    chain = [ChainStep(to="caregiver", channels=ways, wait_minutes=5), ChainStep(to="manager", channels=ways)]
    one, steps = run(
        alert(emergency=emergency, chain=chain), NOON + timedelta(hours=1), CIRCLE | {"caregiver": MANY}
    )
    rounds = [{call.recipient for call in step.alert.calls} for step in steps]
    # Then each caregiver is asked before the manager is, fifteen at a time
    before = rounds[: rounds.index({"boss"})]
    assert all(len(each) <= 15 for each in before)
    assert sorted(who for each in before for who in each) == [each.recipient for each in MANY]
    # And again once the chain has been gone through
    after = [each for each, step in zip(rounds, steps, strict=True) if step.alert.unanswered_since]
    assert {who for each in after for who in each} == {"boss", *(each.recipient for each in MANY)}
    assert one.state == "open"


def test_of_many_who_cannot_be_reached_give_way_to_the_rest_of_them() -> None:
    chain = [ChainStep(to="caregiver", channels=["push"]), ChainStep(to="manager", channels=["push"])]
    step = advanced(alert(chain=chain), CIRCLE | {"caregiver": MANY}, SETTING, NOON)
    pending, asked = list(step.messages), [each.recipient for each in step.messages]
    while pending:
        step = failed(step.alert, pending.pop(0).message, CIRCLE | {"caregiver": MANY}, SETTING, NOON)
        pending += step.messages
        asked += [each.recipient for each in step.messages]
    assert asked[:51] == [*(each.recipient for each in MANY), "boss"]


@settings(max_examples=60, deadline=None)
@given(
    chain=st.lists(
        st.builds(
            ChainStep,
            to=st.sampled_from(get_args(Recipient)),
            channels=st.lists(st.sampled_from(get_args(Channel)), min_size=1, max_size=4),
            repeats=st.integers(0, 2),
        ),
        min_size=1, max_size=10,
    ),
    many=st.dictionaries(st.sampled_from(get_args(Recipient)), st.integers(0, 60)),
    emergency=st.booleans(), now=st.sampled_from([NOON, MIDNIGHT]),
)  # fmt: skip
def test_a_step_fits_into_one_transaction(
    chain: list[ChainStep], many: dict[Recipient, int], now: datetime, *, emergency: bool
) -> None:
    circle: Circle = {
        to: [Reachable(f"{to}-{number}", EVERY_WAY) for number in range(many.get(to, 0))]
        for to in get_args(Recipient)
    }
    one = alert(now, emergency=emergency, chain=chain)
    for _ in range(30):
        step = advanced(one, circle, SETTING, one.due_at or now)
        if step.messages:
            other = failed(step.alert, step.messages[0].message, circle, SETTING, step.now)
            assert 3 + len(other.entries) + len(other.messages) <= 100
        assert 3 + len(step.entries) + len(step.messages) <= 100, "alert, fact, message, and these"
        one = step.alert


def test_a_failed_channel_goes_to_the_next_at_once_and_a_failed_step_too() -> None:
    # Given that the person is asked by push
    step = advanced(alert(), CIRCLE, SETTING, NOON)
    # When push fails, then voice
    step = failed(step.alert, "a-1-1", CIRCLE, SETTING, NOON)
    assert told([step]) == [("ann", "voice")]
    step = failed(step.alert, "a-1-2", CIRCLE, SETTING, NOON)
    # Then the contacts are asked without waiting
    assert told([step]) == [("daughter", "push"), ("contact-2", "sms")]
    assert step.alert.level == 1
    # And told again about a failure, it changes nothing
    assert not failed(step.alert, "a-1-2", CIRCLE, SETTING, NOON).changed


def test_with_every_gateway_down_it_ends_in_the_staff_queue_and_does_not_spin() -> None:
    one, sent = alert(), 0
    step = advanced(one, CIRCLE, SETTING, NOON)
    pending = list(step.messages)
    while pending:
        sent += 1
        step = failed(step.alert, pending.pop(0).message, CIRCLE, SETTING, NOON)
        pending += step.messages
    assert sent < 20
    assert [call.channel for call in step.alert.calls if call.result == "calling"] == ["staff"]
    assert step.alert.due_at > NOON


def test_a_chain_without_a_staff_queue_waits_for_gateways_that_are_down() -> None:
    # Given a chain of one contact with text messages only, and a gateway that takes nothing
    step = advanced(alert(chain=[ChainStep(to="contact", channels=["sms"])]), CIRCLE, SETTING, NOON)
    pending, sent = list(step.messages), 0
    while pending:
        sent += 1
        step = failed(step.alert, pending.pop(0).message, CIRCLE, SETTING, NOON)
        pending += step.messages
    # Then it has been gone through, once more by all channels, and waits
    assert sent == 4
    assert (step.alert.unanswered_since, step.alert.due_at) == (NOON, NOON + timedelta(minutes=5))


def test_who_declines_is_not_waited_for() -> None:
    one, _ = run(alert(), NOON + timedelta(minutes=10))
    asked = {call.recipient: call.message for call in one.calls}
    step = failed(one, str(asked["daughter"]), CIRCLE, SETTING, NOON + timedelta(minutes=11), declined=True)
    assert step.messages == []
    step = failed(
        step.alert, str(asked["contact-2"]), CIRCLE, SETTING, NOON + timedelta(minutes=12), declined=True
    )
    assert told([step]) == [("carer", "push")]


def test_who_hands_back_what_they_had_taken_is_passed_over_and_the_chain_goes_on_at_once() -> None:
    # Given that both contacts are asked, and one says she sees to it
    one, steps = run(alert(), NOON + timedelta(minutes=10))
    (hers,) = (each for each in steps[-1].messages if each.recipient == "daughter")
    see_to = Answer(command="acknowledge")
    taken = answered(one, see_to, Actor("daughter", "contact"), SETTING, one.changed_at).alert
    # When she cannot after all
    later = NOON + timedelta(minutes=12)
    step = handed_back(taken, hers, CIRCLE, SETTING, later)
    # Then the other one, whose call had ended with hers, is called again
    assert [entry.what for entry in step.entries] == ["declined", "called"]
    assert told([step]) == [("contact-2", "sms")]
    assert (step.alert.state, step.alert.answered_by) == ("open", None)
    assert step.alert.due_at == later + timedelta(minutes=10)
    # And without another one, the next step
    alone = {**CIRCLE, "contact": CIRCLE["contact"][:1]}
    assert told([handed_back(taken, hers, alone, SETTING, later)]) == [("carer", "push")]
    # But nobody hands back what another one has taken
    boss = answered(one, see_to, actor("boss"), SETTING, one.changed_at).alert
    assert not handed_back(boss, hers, CIRCLE, SETTING, later).changed


def test_quiet_hours_delay_the_calls_and_who_is_on_duty_knows() -> None:
    step = advanced(alert(MIDNIGHT), CIRCLE, SETTING, MIDNIGHT)
    assert [(each.recipient, each.channel, each.purpose) for each in step.messages] == [
        ("boss", "push", "held")
    ]
    assert step.alert.due_at == datetime(2026, 1, 5, 23, tzinfo=UTC)  # seven in the morning of the sixth
    step = advanced(step.alert, CIRCLE, SETTING, step.alert.due_at)
    assert told([step]) == [("ann", "push")]


def test_word_that_does_not_get_through_at_night_goes_by_the_next_channel() -> None:
    # Given that push is down at night
    step = advanced(alert(MIDNIGHT), CIRCLE, SETTING, MIDNIGHT)
    # Then who is on duty is told by the step's next channel
    step = told_otherwise(step.alert, step.messages[0], CIRCLE, MIDNIGHT, "is down")
    assert [(each.recipient, each.channel, each.purpose) for each in step.messages] == [
        ("boss", "voice", "held")
    ]
    # And after the last one who else is on duty
    assert told([told_otherwise(step.alert, step.messages[0], CIRCLE, MIDNIGHT, "")]) == [("carer", "push")]
    # But not once it is day and somebody is being called
    by_day = advanced(step.alert, CIRCLE, SETTING, MIDNIGHT + timedelta(hours=7)).alert
    assert not told_otherwise(by_day, step.messages[0], CIRCLE, MIDNIGHT, "is down").changed


VOICE: frozenset[Channel] = frozenset({"voice", "staff"})


@pytest.mark.parametrize(
    ("staff", "chain", "wanted"),
    [
        ({}, POLICY.chain, [("boss", "push")]),
        ({"manager": [Reachable("boss", VOICE)]}, POLICY.chain, [("boss", "voice")]),
        ({"manager": []}, POLICY.chain, [("carer", "push")]),
        ({"manager": [Reachable("boss", frozenset({"staff"}))]}, POLICY.chain, [("carer", "push")]),
        ({}, [step for step in POLICY.chain if step.to != "manager"], [("carer", "push")]),
        (
            {},
            [ChainStep(to="manager", channels=["staff"]), ChainStep(to="manager", channels=["voice"])],
            [("boss", "voice")],
        ),
    ],
)
def test_at_night_some_of_the_staff_on_duty_are_told(
    staff: Circle, chain: list[ChainStep], wanted: list[tuple[str, str]]
) -> None:
    step = advanced(alert(MIDNIGHT, chain=chain), {**CIRCLE, **staff}, SETTING, MIDNIGHT)
    assert (told([step]), {each.purpose for each in step.messages}) == (wanted, {"held"})
    assert [entry.what for entry in step.entries] == ["held"]


@pytest.mark.parametrize(
    "nobody",
    [
        {"manager": [], "caregiver": []},
        {"manager": [Reachable("boss", frozenset({"staff"}))], "caregiver": []},
    ],
)
def test_where_nobody_on_duty_can_be_told_at_night_it_is_not_held(nobody: Circle) -> None:
    step = advanced(alert(MIDNIGHT), {**CIRCLE, **nobody}, SETTING, MIDNIGHT)
    assert [entry.what for entry in step.entries[:2]] == ["nobody_to_call", "unanswered"]
    assert told([step]) == [("ann", "push"), ("ann", "voice")]
    assert (step.alert.unanswered_since, step.alert.due_at) == (MIDNIGHT, MIDNIGHT + timedelta(minutes=5))
    # And the chain goes on through the night
    one, steps = run(step.alert, MIDNIGHT + timedelta(hours=1), {**CIRCLE, **nobody})
    assert ("daughter", "voice") in told(steps)
    assert [entry.what for each in steps for entry in each.entries].count("unanswered") == 0
    assert one.due_at is not None


def test_when_no_word_gets_through_at_night_it_is_not_held_any_more() -> None:
    # Given an alert at night, and gateways that take nothing
    step = advanced(alert(MIDNIGHT), CIRCLE, SETTING, MIDNIGHT)
    tried, pending = told([step]), list(step.messages)
    while pending:
        step = told_otherwise(step.alert, pending.pop(0), CIRCLE, MIDNIGHT, "is down")
        tried, pending = tried + told([step]), pending + step.messages
    # Then managers and caregivers have been tried by all that their steps have, and the chain goes on
    assert tried == [("boss", "push"), ("boss", "voice"), ("carer", "push"), ("carer", "voice")]
    assert step.alert.due_at == MIDNIGHT
    assert told([advanced(step.alert, CIRCLE, SETTING, MIDNIGHT)]) == [("ann", "push"), ("ann", "voice")]


def test_an_emergency_knows_no_quiet_hours_and_does_not_ask_the_person() -> None:
    step = advanced(alert(MIDNIGHT, emergency=True), CIRCLE, SETTING, MIDNIGHT)
    assert told([step]) == [
        ("daughter", "push"),
        ("daughter", "sms"),
        ("daughter", "voice"),
        ("contact-2", "sms"),
        ("contact-2", "voice"),
    ]
    assert step.alert.due_at == MIDNIGHT + timedelta(minutes=2)


def test_a_confirmed_emergency_wakes_people_up() -> None:
    held = advanced(alert(MIDNIGHT), CIRCLE, SETTING, MIDNIGHT).alert
    later = MIDNIGHT + timedelta(minutes=3)
    confirmed = answered(held, Answer(command="confirm"), actor("boss"), SETTING, later).alert
    assert confirmed.due_at == later
    assert told([advanced(confirmed, CIRCLE, SETTING, later)])[0] == ("daughter", "push")


@pytest.mark.parametrize(
    ("begins", "ends", "local", "until"),
    [
        ("22:00", "07:00", "2026-01-05T21:59", None),
        ("22:00", "07:00", "2026-01-05T22:00", "2026-01-06T07:00"),
        ("22:00", "07:00", "2026-01-06T06:59", "2026-01-06T07:00"),
        ("22:00", "07:00", "2026-01-06T07:00", None),
        ("12:30", "14:00", "2026-01-06T13:00", "2026-01-06T14:00"),
        ("12:30", "14:00", "2026-01-06T22:00", None),
        ("00:00", "00:00", "2026-01-06T03:00", None),
        ("22:00", "07:00", "2028-02-28T23:00", "2028-02-29T07:00"),  # a leap day
        ("22:00", "02:30", "2026-03-29T01:00", "2026-03-29T03:30"),  # 02:30 does not exist that day
        ("22:00", "07:00", "2026-03-28T23:00", "2026-03-29T07:00"),  # an hour shorter
        ("22:00", "07:00", "2026-10-24T23:00", "2026-10-25T07:00"),  # an hour longer
    ],
)
def test_quiet_hours_are_local(begins: str, ends: str, local: str, until: str | None) -> None:
    zone = ZoneInfo("Europe/Berlin")
    policy = POLICY.model_copy(
        update={"quiet_from": time.fromisoformat(begins), "quiet_until": time.fromisoformat(ends)}
    )
    now = datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)
    wanted = datetime.fromisoformat(until).replace(tzinfo=zone).astimezone(UTC) if until else None
    assert quiet_until(now, Setting(policy, zone)) == wanted


@given(
    minutes=st.integers(0, 366 * 24 * 60),
    begins=st.times(),
    ends=st.times(),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_quiet_hours_end_within_a_day_and_a_bit(minutes: int, begins: time, ends: time, zone: str) -> None:
    policy = POLICY.model_copy(update={"quiet_from": begins, "quiet_until": ends})
    now = NOON + timedelta(minutes=minutes)
    until = quiet_until(now, Setting(policy, ZoneInfo(zone)))
    assert until is None or now <= until <= now + timedelta(hours=25)


def test_a_chain_of_the_person_alone_is_called_in_an_emergency_as_well() -> None:
    alone = [ChainStep(to="person", channels=["push"])]
    assert chain_for(ROLES, alone, emergency=True) == alone
    assert {step.to for step in chain_for(ROLES, POLICY.chain, emergency=False)} == set(get_args(Recipient))
