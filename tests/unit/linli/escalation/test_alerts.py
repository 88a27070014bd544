"""An alert, whatever people, gateways and clocks do: it never ends in silence."""

from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from functions.care.calling.alerts import ROLES, Alert, Answer, Message
from linli.errors import Forbidden
from linli.escalation.alerts import Circle, Reachable, State, Step, still_wanted
from linli.escalation.answering import Command, NotNow, allowed, answered, given_a_sign, joined, noted
from linli.escalation.chain import advanced, chain_for, failed, handed_back, not_picked_up, told_otherwise
from tests.unit.linli.escalation.alarming import (
    CIRCLE,
    MIDNIGHT,
    NOBODY,
    NOON,
    PEOPLE,
    POLICY,
    SETTING,
    actor,
    alert,
)

LONGEST = timedelta(hours=24)


class Alerts(RuleBasedStateMachine):
    """One alert; people, gateways, clocks and the person herself do what they like."""

    @initialize(emergency=st.booleans(), now=st.sampled_from([NOON, MIDNIGHT]))
    def open(self, *, emergency: bool, now: datetime) -> None:
        self.now = now
        self.alert = alert(now, emergency=emergency)
        self.circle = CIRCLE
        self.sent: list[Message] = []

    def take(self, step: Step) -> None:
        before, after = self.alert, step.alert
        assert after.version == before.version + step.changed
        assert step.changed or not step.messages
        assert all(entry.at == step.now for entry in step.entries)
        assert not step.changed or step.entries, "every step is logged"
        self.chain_members(step)
        self.sent += step.messages
        self.alert = after

    def chain_members(self, step: Step) -> None:
        may = {(rung.to, each.recipient, way) for rung in step.alert.chain for each in self.circle[rung.to]
               for way in set(rung.channels) & each.channels}  # fmt: skip
        assert {(each.to, each.recipient, each.channel) for each in step.messages} <= may

    @rule(minutes=st.integers(0, 900))
    def tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self.take(advanced(self.alert, self.circle, SETTING, self.now))

    @rule(choose=st.randoms(use_true_random=False), declined=st.booleans())
    @precondition(lambda self: self.sent)
    def send_fails(self, choose: Any, *, declined: bool) -> None:
        one = choose.choice(self.sent)
        if one.purpose == "held":
            self.take(told_otherwise(self.alert, one, self.circle, self.now, "is down"))
        else:
            self.take(failed(self.alert, one.message, self.circle, SETTING, self.now, declined=declined))

    @rule(choose=st.randoms(use_true_random=False))
    @precondition(lambda self: self.sent)
    def nobody_picks_up(self, choose: Any) -> None:
        one = choose.choice(self.sent)
        step = not_picked_up(self.alert, one.message, self.circle, SETTING, self.now)
        assert step.changed <= (one.to == "contact" and self.alert.state == "open")
        self.take(step)

    @rule(choose=st.randoms(use_true_random=False))
    @precondition(lambda self: self.sent)
    def hand_back(self, choose: Any) -> None:
        before, step = (
            self.alert,
            handed_back(self.alert, choose.choice(self.sent), self.circle, SETTING, self.now),
        )
        assert step.changed <= (before.state == "acknowledged")
        assert step.changed <= (step.alert.state == "open")
        self.take(step)

    @rule(who=st.sampled_from(sorted(PEOPLE)), command=st.sampled_from(get_args(Command)),
          minutes=st.integers(1, 1440), outcome=st.sampled_from(["fine", "hospital"]))  # fmt: skip
    def answer(self, who: str, command: Command, minutes: int, outcome: Any) -> None:
        needs: dict[str, Any] = {"snooze": {"minutes": minutes}, "resolve": {"outcome": outcome}}
        said = Answer(command=command, **needs.get(command, {}))
        may = allowed(self.alert, actor(who))
        if PEOPLE[who] not in ROLES.may[command]:
            with pytest.raises(Forbidden):
                answered(self.alert, said, actor(who), SETTING, self.now)
        elif command not in may or (PEOPLE[who], said.outcome) == ("person", "hospital"):
            with pytest.raises(NotNow) as refused:
                answered(self.alert, said, actor(who), SETTING, self.now)
            assert refused.value.extensions["allowed"] == may
        else:
            self.take(answered(self.alert, said, actor(who), SETTING, self.now))

    @rule()
    def press(self) -> None:
        before = self.alert
        self.take(joined(before, chain_for(ROLES, POLICY.chain, emergency=True), "", self.now))
        if before.is_open:
            assert self.alert.emergency
            assert self.alert.reason == "sos"

    @rule(ago=st.integers(-5, 600))
    def move(self, ago: int) -> None:
        at = self.now - timedelta(minutes=ago)
        step = given_a_sign(self.alert, at, "the door was used", SETTING, self.now)
        assert not (step.changed and at < self.alert.opened_at), "what is old never calms an alert"
        assert not (self.alert.emergency and step.alert.state != self.alert.state)
        self.take(step)

    @rule(who=st.sampled_from(sorted(PEOPLE)))
    def say(self, who: str) -> None:
        self.take(noted(self.alert, "I am fine", actor(who), self.now))

    @rule(
        circle=st.sampled_from(
            [
                CIRCLE, NOBODY, CIRCLE | {"manager": []}, CIRCLE | {"contact": []},
                CIRCLE | {"caregiver": []},
                CIRCLE | {"contact": [Reachable("contact-2", frozenset({"voice"}))]},
            ]
        )
    )  # fmt: skip
    def others_are_on_duty(self, circle: Circle) -> None:
        self.circle = circle

    @invariant()
    def never_ends_in_silence(self) -> None:
        one = self.alert
        assert one.state in get_args(State)
        assert Alert.model_validate_json(one.model_dump_json()) == one
        assert one.is_open == (one.due_at is not None)
        assert (one.state == "resolved") == (one.outcome is not None)
        if one.due_at is not None:
            assert one.due_at - one.changed_at <= LONGEST
        if one.state == "acknowledged":
            assert one.answered_by is not None

    @invariant()
    def each_message_has_its_own_id(self) -> None:
        ids = [each.message for each in self.sent]
        assert len(set(ids)) == len(ids) == self.alert.made

    @invariant()
    def something_happens_when_it_is_due(self) -> None:
        if self.alert.due_at is not None:
            step = advanced(self.alert, self.circle, SETTING, self.alert.due_at)
            assert step.changed
            assert step.alert.due_at is not None
            assert step.alert.due_at > step.now


TestAlerts = Alerts.TestCase
TestAlerts.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_time_does_not_run_backwards_within_an_alert() -> None:
    step = answered(alert(), Answer(command="confirm"), actor("boss"), SETTING, NOON - timedelta(seconds=3))
    assert (step.alert.changed_at, step.entries[0].at) == (NOON, NOON)


def called() -> Step[Alert]:
    return advanced(alert(), CIRCLE, SETTING, NOON)


def test_a_message_is_wanted_while_its_call_is_out() -> None:
    step = called()
    assert still_wanted(step.messages[0], step.alert)
    assert not still_wanted(step.messages[0], step.alert.model_copy(update={"state": "acknowledged"}))
    assert not still_wanted(step.messages[0], step.alert.model_copy(update={"calls": []}))


def test_word_of_a_held_alert_is_wanted_until_it_is_over() -> None:
    step = advanced(alert(MIDNIGHT), CIRCLE, SETTING, MIDNIGHT)
    assert still_wanted(step.messages[0], step.alert)
    assert not still_wanted(step.messages[0], step.alert.model_copy(update={"state": "resolved"}))
