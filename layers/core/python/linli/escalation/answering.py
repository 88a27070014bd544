"""What people do to an alert: acknowledge, snooze, confirm, resolve; press again, move again, reply.

Everybody who may change an alert goes through `answered`; who may do what is one table of the service's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from linli.contracts import Contract
from linli.errors import Conflict, Forbidden, InvalidField
from linli.escalation.alerts import Alert, Kind, Step
from linli.escalation.chain import chain_for
from linli.escalation.models import Command, Happening, Setting, Words
from linli.messages.rungs import Rung

SETTLED_IN = timedelta(minutes=2)  # a press so soon after somebody has answered comes from the same fright


class Answer(Contract):
    """A command with what it needs and nothing else.

    `minutes`: how long to see to it, or to put it off, within the policy. `version`: the alert as the caller
    saw it; where it is given, any change since is a conflict. A service narrows `outcome` to its own.
    """

    command: Command
    note: Words = ""
    version: Annotated[int, Field(ge=1)] | None = None
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    outcome: str | None = None

    @model_validator(mode="after")
    def _has_its_particulars(self) -> Self:
        if (self.command == "resolve") != (self.outcome is not None):
            raise InvalidField("outcome_with_resolve")
        if self.minutes is not None and self.command not in {"acknowledge", "snooze"}:
            raise InvalidField("takes_no_minutes", command=self.command)
        if self.command == "snooze" and self.minutes is None:
            raise InvalidField("snooze_needs_minutes")
        return self


class NotNow(Conflict):
    """The alert's state does not allow this; `allowed` says what it does allow the caller."""

    heading = "alert-not-now"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who answers, and what they are to whom or what it is about."""

    person: str
    capacity: str


def allowed(alert: Alert, actor: Actor) -> list[Command]:
    """What the actor may do with the alert now, in the order of the table."""
    return [
        command
        for command, by in alert.ROLES.may.items()
        if actor.capacity in by and _suits(alert, command, actor)
    ]


def _suits(alert: Alert, command: Command, actor: Actor) -> bool:
    match command:
        case "acknowledge":  # one person sees to it; they may ask for more time
            free = alert.state != "acknowledged" or alert.answered_by == actor.person
            return alert.is_open and free
        case "snooze" | "confirm":
            return alert.is_open and not alert.emergency
        case "resolve":  # who pressed the button cannot call help off alone: somebody has to have seen them
            return alert.is_open and not (alert.emergency and actor.capacity == alert.ROLES.subject)


def refusal(alert: Alert, actor: Actor, code: str, parameters: Mapping[str, object] | None = None) -> NotNow:
    """The conflict that names the present state, who sees to it, and what is allowed."""
    return NotNow(code, parameters, state=alert.state, version=alert.version, allowed=allowed(alert, actor))


def answered(alert: Kind, answer: Answer, actor: Actor, setting: Setting, now: datetime) -> Step[Kind]:
    """The alert after somebody's answer.

    Raises Forbidden when nobody in the actor's capacity could ever say so, NotNow when the state, or the
    version they saw, does not allow it.
    """
    roles = alert.ROLES
    if actor.capacity not in roles.may[answer.command]:
        raise Forbidden("may_not_alert", {"command": answer.command})
    if answer.version is not None and answer.version != alert.version:
        raise refusal(alert, actor, "alert_has_changed", {"version": answer.version})
    if answer.command not in allowed(alert, actor):
        raise refusal(alert, actor, "alert_not_yours_to", {"state": alert.state, "command": answer.command})
    if actor.capacity == roles.subject and answer.outcome not in {None, roles.own_outcome}:
        raise refusal(alert, actor, "only_own_outcome", {"outcome": roles.own_outcome})
    step = Step.on(alert, now)
    match answer.command:
        case "acknowledge":
            _acknowledge(step, answer, actor, setting)
        case "snooze":
            minutes = min(answer.minutes or 1, setting.policy.snooze_minutes)
            _take(step, actor, "snoozed", timedelta(minutes=minutes))
            step.log("snoozed", answer.note, by=actor.capacity, actor=actor.person)
        case "confirm":
            step.log("confirmed", answer.note, by=actor.capacity, actor=actor.person)
            _raise(step)
        case "resolve":
            _take(step, actor, "resolved", None)
            step.change(outcome=answer.outcome)
            words = f"{answer.outcome}: {answer.note}" if answer.note else str(answer.outcome)
            step.log("resolved", words[:1000], by=actor.capacity, actor=actor.person)
    return step


def _acknowledge(step: Step[Any], answer: Answer, actor: Actor, setting: Setting) -> None:
    longest = setting.policy.acknowledged_minutes
    _take(step, actor, "acknowledged", timedelta(minutes=min(answer.minutes or longest, longest)))
    step.log("acknowledged", answer.note, by=actor.capacity, actor=actor.person)


def _take(
    step: Step[Any],
    actor: Actor,
    state: Literal["acknowledged", "snoozed", "resolved"],
    time: timedelta | None,
) -> None:
    step.change(
        state=state,
        due_at=None if time is None else step.now + time,
        calls=[],
        answered_by=actor.person,
        answered_as=actor.capacity,
        answered_at=step.now,
    )


def _raise(step: Step[Any]) -> None:
    """It is an emergency from now on: the chain begins anew, at once, whatever the hour."""
    step.change(
        emergency=True,
        chain=chain_for(step.alert.ROLES, step.alert.chain, emergency=True),
        state="open",
        level=0,
        rounds=0,
        calls=[],
        due_at=step.now,
        answered_by=None,
        answered_as=None,
        answered_at=None,
    )


def opened(alert: Kind, now: datetime) -> Step[Kind]:
    """The first step of an alert: its first line. Whom to call is decided when the chain is run."""
    step = Step(alert, now, changed=True)
    step.log("opened", alert.words)
    return step


def joined(alert: Kind, chain: Sequence[Rung], words: str, now: datetime) -> Step[Kind]:
    """The button was pressed while an alert is open: it joins that one, and makes it an emergency.

    A press some minutes after somebody said they would see to it means that nobody has come: the chain goes
    on.
    """
    step = Step.on(alert, now)
    if not alert.is_open:
        return step
    what: Happening = "pressed_again" if alert.emergency else "raised"
    step.log(what, words, by=alert.ROLES.subject or "system", actor=alert.subject)
    if not alert.emergency:
        step.change(reason=alert.ROLES.pressed, chain=chain)
        _raise(step)
    elif alert.state != "open" and step.now - (alert.answered_at or alert.opened_at) >= SETTLED_IN:
        step.change(state="open", due_at=step.now, rounds=0)
    elif alert.reason != alert.ROLES.pressed:
        step.change(reason=alert.ROLES.pressed)
    return step


def given_a_sign(
    alert: Kind, at: datetime, what: str, setting: Setting, now: datetime, *, overtaken: bool = False
) -> Step[Kind]:
    """The person gave a sign of life: nobody else is called, but somebody confirms. The first one counts.

    An emergency goes on: who fell and crawls to the telephone moves as well. A sign from before the opening
    says nothing, unless the alert has `overtaken` it: known in time, it would have kept an alert about
    silence from being opened.
    """
    step = Step.on(alert, now)
    early = at < alert.opened_at and not (overtaken and not alert.emergency)
    if not alert.is_open or alert.moved_at is not None or early:
        return step
    step.change(moved_at=at)
    step.log("moved", what, by=alert.ROLES.subject or "system", actor=alert.subject)
    if alert.state == "open" and not alert.emergency:
        wait = timedelta(minutes=setting.policy.answered_minutes)
        step.change(state="answered", calls=[], due_at=step.now + wait, answered_at=step.now)
    return step


def noted(alert: Kind, words: str, actor: Actor, now: datetime) -> Step[Kind]:
    """Something was said that changes nothing, such as "I am fine" by who pressed the button."""
    step = Step.on(alert, now)
    if alert.is_open:
        step.change()
        step.log("replied", words, by=actor.capacity, actor=actor.person)
    return step
