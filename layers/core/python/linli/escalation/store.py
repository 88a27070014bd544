"""Alerts as they are kept: each step is one transaction with all that depends on it.

That is the timeline, the messages it asks for, what its end means to the service, and the facts. Messages are
sent once the step is kept; a message whose sending is cut short falls due again, with the same id.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from linli.escalation import chain, replies
from linli.escalation.alerts import Alert, Circle, Kind, Step
from linli.escalation.models import Happened, Happening, Message, Roles, Setting
from linli.escalation.parties import Party, circle_of
from linli.escalation.rows import AlertRow, EntryRow, MessageRow
from linli.escalation.tasks import DueKey, due_tasks
from linli.events import Fact
from linli.instants import to_text
from linli.messages.gateways import GatewayReply
from linli.observability import observed
from linli.tables import ConditionsFailed, Transaction, find, until_it_holds
from linli.tasks import leave

CUT_SHORT = timedelta(minutes=1)  # a sweep: by then a message has been sent, or its sender is gone
RACES = 100  # whoever is called may answer at once, while the chain goes on
Also = Callable[[Transaction], None]


@dataclass(frozen=True, slots=True)
class Case(Generic[Kind]):
    """An alert, and all that decides what becomes of it."""

    alert: Kind
    setting: Setting
    parties: Sequence[Party]

    @property
    def circle(self) -> Circle:
        """Who can be called."""
        return circle_of(self.parties, self.alert.ROLES)


OneCase = TypeVar("OneCase", bound=Case[Any])


@dataclass(frozen=True, slots=True)
class Kept(Generic[Kind, OneCase]):
    """How a service keeps its alerts: the kinds of rows, and what is its own.

    `worker`: the action whose queue takes what is due. `case`: one alert with all that decides, as far as it
    can be read, since somebody has to be called; raises NotFound. `closing`: let the transaction of a step do
    what the end of its alert means. `facts`: what to tell of an alert that was (None: new), and is now.
    """

    worker: str
    alerts: type[AlertRow]
    messages: type[MessageRow]
    entries: type[EntryRow]
    case: Callable[[str, str], OneCase]
    closing: Callable[[Transaction, Step[Kind]], None]
    facts: Callable[[Kind | None, Kind], list[Fact]]


def save(
    kept: Kept[Kind, Any], step: Step[Kind], before: Kind, attempt: str, also: Also = lambda _: None
) -> Step[Kind]:
    """Keep a step, once; `attempt` names the caller's try, so that a lost reply is no refusal.

    Raises ConditionsFailed when the alert (row `alert`), or what its service writes along, has moved on.
    """
    transaction = Transaction()
    if step.changed:
        write(kept, transaction, step, before, attempt)
    also(transaction)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        landed = failed.one(kept.alerts, "alert")
        if landed is None or landed.attempt != attempt or landed.alert.version != step.alert.version:
            raise
        step.alert = landed.alert
    return step


def write(
    kept: Kept[Kind, Any], transaction: Transaction, step: Step[Kind], before: Kind | None, attempt: str
) -> None:
    """Add all of a step to `transaction`: the alert (row `alert`), its lines, messages, end and facts."""
    alert = step.alert
    row = kept.alerts.of(alert, attempt)
    if before is None:
        transaction.create("alert", row)
    else:
        transaction.put("alert", row, kept.alerts.version == before.version)
    for number, entry in enumerate(step.entries):
        key = f"{alert.alert}#{alert.version:06}#{number:02}"
        transaction.create(f"entry-{number}", kept.entries.of(alert.community, alert.subject, entry, key))
    for message in step.messages:
        transaction.create(message.message, kept.messages.of(message, step.now + CUT_SHORT))
    if not alert.is_open and (before is None or before.is_open):
        kept.closing(transaction, step)
    facts = kept.facts(before, alert)
    transaction.publish(facts, f"alert/{alert.community}/{alert.alert}/{alert.version}", step.now)


def advance(
    kept: Kept[Kind, OneCase], community: str, alert: str, now: datetime
) -> tuple[Step[Kind], OneCase]:
    """Let happen what is due, and keep it. The messages of the step are still to be sent. Raises NotFound."""

    def attempt() -> tuple[Step[Kind], OneCase]:
        case = kept.case(community, alert)
        step = chain.advanced(case.alert, case.circle, case.setting, now)
        if step.changed:
            save(kept, step, case.alert, f"advance/{to_text(now)}")
        return step, case

    return until_it_holds(attempt, RACES)


def message_failed(
    kept: Kept[Kind, OneCase], message: Message, now: datetime, words: str
) -> tuple[Step[Kind], OneCase]:
    """A message did not get through: what follows, kept with the message's end."""

    def attempt() -> tuple[Step[Kind], OneCase]:
        case = kept.case(message.community, message.alert or "")
        if message.purpose == "held":
            step = chain.told_otherwise(case.alert, message, case.circle, now, words)
        else:
            step = chain.failed(case.alert, message.message, case.circle, case.setting, now, words=words)
        save(
            kept,
            step,
            case.alert,
            f"failed/{message.message}",
            lambda all_of_it: conclude(kept, all_of_it, message, "failed"),
        )
        return step, case

    return until_it_holds(attempt, RACES)


def hand_over(kept: Kept[Kind, Any], step: Step[Kind]) -> None:
    """Leave what a kept step has made due to the worker, at once; should this fail, the sweep finds it."""
    alert = step.alert
    keys = [kept.messages.where(alert.community, each.message) for each in step.messages]
    rows = [DueKey(pk=pk, sk=sk, kind="message") for pk, sk in keys]
    if alert.due_at is not None and alert.due_at <= step.now:
        rows.append(due_alert(kept, alert))
    with suppress(Exception), observed("hand_over", f"{alert.alert}:{alert.version}"):  # logged and counted
        leave(kept.worker, due_tasks(rows, step.now, direct=True))


def due_alert(kept: Kept[Any, Any], alert: Alert) -> DueKey:
    """The key of an alert that is due."""
    pk, sk = kept.alerts.key(alert.community, alert.alert)
    return DueKey(pk=pk, sk=sk, kind="alert")


def conclude(
    kept: Kept[Any, Any],
    transaction: Transaction,
    message: Message,
    state: str,
    *,
    condition: Condition | None = None,
    also: Sequence[Action] = (),
) -> None:
    """Let `transaction` (row `message`) end a message in a state: nobody sends it again."""
    kind = kept.messages
    row = kind(*kind.where(message.community, message.message))
    actions = [kind.state.set(state), *kind.no_longer_due(), *also]
    exists = kind.pk.exists()
    transaction.update("message", row, actions, exists if condition is None else exists & condition)


def log(
    kept: Kept[Any, Any],
    transaction: Transaction,
    message: Message,
    what: Happening,
    now: datetime,
    *,
    words: str = "",
) -> None:
    """Let `transaction` (row `entry`) write a line about a message; the same line twice is one."""
    entry = Happened(
        at=now, what=what, alert=message.alert, actor=message.recipient, channel=message.channel, words=words
    )
    key = f"{message.message}#{what}"
    transaction.put("entry", kept.entries.of(message.community, message.subject, entry, key))


def take_in(
    kept: Kept[Any, Any], message: Message, reply: GatewayReply, delivery: str, now: datetime, *, roles: Roles
) -> str:
    """Let a gateway's reply about a message that is kept have its effect, once. Returns the outcome.

    `delivery`: the gateway's id of the reply, the same however often it is delivered.
    """
    match told := replies.meaning(reply, message, roles):
        case "delivered":
            return _note(kept, message, "delivered", now)
        case "no_answer":
            return _not_picked_up(kept, message, now)
        case "failed":
            step, _ = message_failed(kept, message, now, "the gateway could not deliver it")
            hand_over(kept, step)
            return "failed"
        case "declined" | "said":
            return _answered(kept, message, reply.digit, delivery, now, cannot=told == "declined")


def _note(
    kept: Kept[Any, Any], message: Message, state: Literal["delivered", "no_answer"], now: datetime
) -> str:
    transaction = Transaction()
    conclude(kept, transaction, message, state, condition=kept.messages.state != "failed")
    what: Happening = "delivered" if state == "delivered" else "replied"
    log(kept, transaction, message, what, now, words="" if state == "delivered" else "no answer")
    with suppress(ConditionsFailed):
        transaction.commit()
    return state


def _not_picked_up(kept: Kept[Any, Any], message: Message, now: datetime) -> str:
    """What follows, which is nothing unless the call was to an only contact."""
    state = _note(kept, message, "no_answer", now)

    def attempt() -> Step[Any]:
        case = kept.case(message.community, message.alert or "")
        step = chain.not_picked_up(case.alert, message.message, case.circle, case.setting, now)
        return save(kept, step, case.alert, f"no_answer/{message.message}") if step.changed else step

    if message.purpose == "alert":
        step = until_it_holds(attempt, RACES)
        if step.changed:
            hand_over(kept, step)
    return state


def _answered(
    kept: Kept[Any, Any], message: Message, digit: str | None, delivery: str, now: datetime, *, cannot: bool
) -> str:
    """An answer counts once: it was given for then, and must neither silence the chain a second time nor take
    the alert from who has seen to it since. A 2 after a 1 is another one, should a gateway give both one id.
    """
    answer, kind = f"{delivery}/{digit}", kept.messages

    def concluded(transaction: Transaction) -> None:
        fresh = kind.replies.does_not_exist() | ~kind.replies.contains(answer)
        conclude(kept, transaction, message, "replied", condition=fresh, also=[kind.replies.add({answer})])

    def attempt() -> Step[Any] | None:
        if answer in (find(kind, kind.where(message.community, message.message)).replies or ()):
            return None
        case = kept.case(message.community, message.alert or "")
        step = (
            replies.declined(case.alert, message, case.circle, case.setting, now)
            if cannot
            else replies.said(case.alert, message, digit, case.setting, now)
        )
        return save(kept, step, case.alert, f"reply/{message.message}/{answer}", concluded)

    step = until_it_holds(attempt, RACES)
    if step is None:
        return "repeated"
    hand_over(kept, step)
    return step.entries[0].what if step.changed else "over"
