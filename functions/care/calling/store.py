"""Alerts as they are kept: each step is one transaction with all that depends on it.

That is the timeline, the messages it asks for, the hold on the person and the facts. Messages are sent once
the step is kept; a message whose sending is cut short falls due again, with the same id.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from functions.care.calling import answering, chain
from functions.care.calling.alerts import Alert, Circle, Step
from functions.care.calling.messages import Message
from functions.care.calling.parties import Party, circle_of, parties
from functions.care.calling.roster import is_still
from functions.care.calling.rows import AlertRow, MessageRow, RosterRow
from functions.care.tending import store as tending
from functions.care.tending.duties import Duty, DutyKind
from functions.care.timeline.models import Entry, What
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.rows import StaffRow, WatchRow
from functions.care.watching.state import Setting
from functions.care.watching.watch import Watch
from linli.communities import CommunityRow
from linli.errors import NotFound
from linli.escalation.tasks import DueKey, due_tasks
from linli.events import Fact
from linli.ids import new_id
from linli.instants import to_text
from linli.observability import observed
from linli.tables import (
    ConditionsFailed,
    Transaction,
    all_readable,
    find,
    read,
    readable,
    until_it_holds,
)
from linli.tasks import leave
from linli.vocabulary.care import AlertClosed, AlertOpened, AlertOutcome, AlertReason, CarePolicy

CUT_SHORT = timedelta(minutes=1)  # a sweep: by then a message has been sent, or its sender is gone
RACES = 100  # whoever is called may answer at once, while the chain goes on
Also = Callable[[Transaction], None]


@dataclass(frozen=True, slots=True)
class Case:
    """An alert, and all that decides what becomes of it."""

    alert: Alert
    watch: Watch | None
    setting: Setting
    parties: Sequence[Party]

    @property
    def circle(self) -> Circle:
        """Who can be called."""
        return circle_of(self.parties)


def alert_of(community: str, alert: str) -> Alert:
    """One alert, alone. Raises NotFound."""
    return find(AlertRow, AlertRow.key(community, alert)).alert


def load(community: str, alert: str) -> Case:
    """One alert with all that decides: as far as it can be read, since somebody has to be called.

    Raises NotFound.
    """
    found = alert_of(community, alert)
    watch_key = WatchRow.key(community, found.person)
    rows = readable([watch_key, CommunityRow.key(community)])
    row = rows.one(WatchRow, watch_key)
    watch = row.watch if row else None
    setting = watching.setting_of(rows, community)
    return Case(found, watch, setting, circle(community, found.person, watch))


def circle(community: str, person: str, watch: Watch | None) -> list[Party]:
    """Who may be called for a person now: staff whose roles the directory has taken back are not."""
    roster = [row.on_duty for row in all_readable(RosterRow, RosterRow.key.partition(community))]
    found = parties(person, watch, roster)
    keys = {each.person: StaffRow.key(community, each.person) for each in found if each.person is not None}
    rows = readable(keys.values())
    known = [(each, rows.one(StaffRow, keys.get(each.person or "", ("", "")))) for each in found]
    return [_by_phone(each, row) for each, row in known if _still(each, row)]


def _still(party: Party, row: StaffRow | None) -> bool:
    return is_still(party.to, None if row is None else row.roles or ())


def _by_phone(party: Party, row: StaffRow | None) -> Party:
    """A contact without any role is not told by our app, and telephoned all the same."""
    gone = party.to == "contact" and row is not None and not row.roles
    return replace(party, person=None) if gone else party


def opening(
    transaction: Transaction,
    policy: CarePolicy,
    watch: Watch,
    *,
    reason: AlertReason,
    words: str,
    now: datetime,
    cause: str,
) -> Alert:
    """Add a new alert, due at once, to `transaction`; `cause` names what opens it, the same on every try."""
    alert = Alert(
        alert=new_id(now),
        community=watch.community,
        person=watch.person,
        reason=reason,
        words=words[:1000],
        emergency=False,
        chain=watch.chain or policy.chain,
        opened_at=now,
        changed_at=now,
        due_at=now,
    )
    write(transaction, answering.opened(alert, now), None, cause)
    return alert


def save(step: Step, before: Alert, attempt: str, also: Also = lambda _: None) -> Step:
    """Keep a step, once; `attempt` names the caller's try, so that a lost reply is no refusal.

    Raises ConditionsFailed when the alert (row `alert`) or the person (`held`) has moved on.
    """
    transaction = Transaction()
    if step.changed:
        write(transaction, step, before, attempt)
    also(transaction)
    try:
        transaction.commit()
    except ConditionsFailed as failed:
        landed = failed.one(AlertRow, "alert")
        if landed is None or landed.attempt != attempt or landed.alert.version != step.alert.version:
            raise
        step.alert = landed.alert
    return step


def write(transaction: Transaction, step: Step, before: Alert | None, attempt: str) -> None:
    """Add all of a step to `transaction`: the alert (row `alert`), its lines, messages, end and facts."""
    alert = step.alert
    row = AlertRow.of(alert, attempt)
    if before is None:
        transaction.create("alert", row)
    else:
        transaction.put("alert", row, AlertRow.version == before.version)
    for number, entry in enumerate(step.entries):
        key = f"{alert.alert}#{alert.version:06}#{number:02}"
        transaction.create(f"entry-{number}", EntryRow.of(alert.community, alert.person, entry, key))
    for message in step.messages:
        transaction.create(message.message, MessageRow.of(message, step.now + CUT_SHORT))
    if not alert.is_open and (before is None or before.is_open):
        _close(transaction, step)
    facts = list(_facts(before, alert))
    transaction.publish(facts, f"alert/{alert.community}/{alert.alert}/{alert.version}", step.now)


def _close(transaction: Transaction, step: Step) -> None:
    """What the outcome means: the watch goes on, pauses or ends; what is left to do is somebody's duty."""
    alert, outcome = step.alert, step.alert.outcome
    assert outcome is not None  # noqa: S101  a resolved alert has one
    before = watching.release(
        transaction, alert.community, alert.person, alert.alert, outcome=outcome, now=step.now
    )
    kind = FOLLOWS.get(outcome)
    if kind is not None:
        words = f"an alert ended as {outcome}"
        tending.put_duty(
            transaction,
            alert.community,
            Duty(kind=kind, about=alert.person, words=words, since=step.now),
        )
    if outcome == "deceased":
        tending.end_visits(transaction, alert.community, alert.person)
        tending.drop_duties(transaction, alert.community, alert.person)
    elif before is not None and before.state.ended:  # declared dead by mistake
        tending.plan_visits(transaction, before.watch, step.now)


FOLLOWS: dict[AlertOutcome, DutyKind] = {"needs_help": "follow_up", "sensor": "check_sensors"}


def _facts(before: Alert | None, after: Alert) -> list[Fact]:
    who = {"community": after.community, "alert": after.alert, "person": after.person}
    if before is None or before.reason != after.reason:
        return [AlertOpened(**who, reason=after.reason, opened_at=after.opened_at)]
    if after.outcome is not None and before.is_open:
        return [AlertClosed(**who, outcome=after.outcome, closed_at=after.changed_at)]
    return []


def advance(community: str, alert: str, now: datetime) -> tuple[Step, Case]:
    """Let happen what is due, and keep it. The messages of the step are still to be sent. Raises NotFound."""

    def attempt() -> tuple[Step, Case]:
        case = load(community, alert)
        step = chain.advanced(case.alert, case.circle, case.setting, now)
        if step.changed:
            save(step, case.alert, f"advance/{to_text(now)}")
        return step, case

    return until_it_holds(attempt, RACES)


def note_sign(community: str, alert: str, at: datetime, words: str, *, overtaken: bool = False) -> None:
    """The person of an open alert gave a sign of life, which it may have overtaken. Raises NotFound."""

    def attempt() -> None:
        key, of_community = AlertRow.key(community, alert), CommunityRow.key(community)
        rows = read([key, of_community])
        row = rows.one(AlertRow, key)
        if row is None:
            raise NotFound
        setting = watching.setting_of(rows, community)
        step = answering.given_a_sign(row.alert, at, words, setting, at, overtaken=overtaken)
        if step.changed:
            save(step, row.alert, f"moved/{to_text(at)}")

    until_it_holds(attempt, RACES)


def message_failed(message: Message, now: datetime, words: str) -> tuple[Step, Case]:
    """A message did not get through: what follows, kept with the message's end."""

    def attempt() -> tuple[Step, Case]:
        case = load(message.community, message.alert or "")
        if message.purpose == "held":
            step = chain.told_otherwise(case.alert, message, case.circle, now, words)
        else:
            step = chain.failed(case.alert, message.message, case.circle, case.setting, now, words=words)
        save(
            step,
            case.alert,
            f"failed/{message.message}",
            lambda all_of_it: conclude(all_of_it, message, "failed"),
        )
        return step, case

    return until_it_holds(attempt, RACES)


def not_picked_up(message: Message, now: datetime) -> Step:
    """Nobody picked up a call: what follows, which is nothing unless it was to an only contact."""

    def attempt() -> Step:
        case = load(message.community, message.alert or "")
        step = chain.not_picked_up(case.alert, message.message, case.circle, case.setting, now)
        return save(step, case.alert, f"no_answer/{message.message}") if step.changed else step

    return until_it_holds(attempt, RACES)


def hand_over(step: Step) -> None:
    """Leave what a kept step has made due to the worker, at once; should this fail, the sweep finds it."""
    alert = step.alert
    keys = [MessageRow.where(alert.community, each.message) for each in step.messages]
    rows = [DueKey(pk=pk, sk=sk, kind="message") for pk, sk in keys]
    if alert.due_at is not None and alert.due_at <= step.now:
        pk, sk = AlertRow.key(alert.community, alert.alert)
        rows.append(DueKey(pk=pk, sk=sk, kind="alert"))
    with suppress(Exception), observed("hand_over", f"{alert.alert}:{alert.version}"):  # logged and counted
        leave("escalation", due_tasks(rows, step.now, direct=True))


def conclude(
    transaction: Transaction,
    message: Message,
    state: str,
    condition: Condition | None = None,
    also: Sequence[Action] = (),
) -> None:
    """Let `transaction` (row `message`) end a message in a state: nobody sends it again."""
    row = MessageRow(*MessageRow.where(message.community, message.message))
    actions = [MessageRow.state.set(state), *MessageRow.no_longer_due(), *also]
    exists = MessageRow.pk.exists()
    transaction.update("message", row, actions, exists if condition is None else exists & condition)


def log(transaction: Transaction, message: Message, what: What, now: datetime, words: str = "") -> None:
    """Let `transaction` (row `entry`) write a line about a message; the same line twice is one."""
    entry = Entry(
        at=now, what=what, alert=message.alert, actor=message.recipient, channel=message.channel, words=words
    )
    key = f"{message.message}#{what}"
    transaction.put("entry", EntryRow.of(message.community, message.person, entry, key))
