"""Opens an emergency together with the hold on the person, or joins the alert that is open."""

from dataclasses import dataclass
from datetime import datetime

from functions.care.calling import store as calling
from functions.care.calling.alerts import ROLES, Alert
from functions.care.calling.rows import PressRow
from functions.care.intake.rows import SensorRow
from functions.care.intake.signs import store as signs
from functions.care.sos.domain import Held, is_told_again
from functions.care.sos.models import Called
from functions.care.tending import store as tending
from functions.care.tending.duties import DutyKind
from functions.care.timeline.rows import EntryRow
from functions.care.watching import store as watching
from functions.care.watching.rows import StateRow, WatchRow
from functions.care.watching.signals import Sign, Signal
from linli.communities import CommunityRow
from linli.device_messages import DeviceMessage, Topic
from linli.errors import NotFound
from linli.escalation import answering
from linli.escalation import store as escalation
from linli.escalation.alerts import Step
from linli.escalation.chain import chain_for
from linli.escalation.rows import SENT_AGAIN
from linli.identities import Identity
from linli.ids import new_id
from linli.instants import to_epoch_seconds, to_text
from linli.keys import RowKey
from linli.observability import Series
from linli.tables import Transaction, read, readable, until_it_holds
from linli.vocabulary.care import ChainStep

BUTTON = "call_button"


@dataclass(frozen=True, slots=True)
class Press:
    """One press by one person; `identity` is the same however often it is delivered.

    `timed`: its own time tells it from others.
    """

    community: str
    person: str
    identity: Identity
    words: str
    now: datetime
    timed: bool = False

    def key(self, id: str) -> RowKey:  # noqa: A002  the field's name
        """Where a press of this person is."""
        return PressRow.key(self.community, self.person, id)


@dataclass(frozen=True, slots=True)
class Taken:
    """A press that was taken, now or when it came first."""

    step: Step[Alert]
    outcome: str
    row: PressRow

    @property
    def called(self) -> Called:
        """What whoever pressed is told."""
        alert = self.step.alert
        return Called(
            outcome=self.outcome,
            alert=alert.alert,
            opened_at=alert.opened_at,
            id_reused=self.row.id_reused,
        )


def button(message: DeviceMessage[Signal]) -> Called | None:
    """A call button was pressed. None when nobody is assigned to it: that is for the managers on duty."""
    community, device = message.community, message.body.sensor or message.device
    key = SensorRow.key(community, device)
    row = readable([key]).one(SensorRow, key)
    sensor, people = (row.sensor, sorted(row.people or ())) if row else (None, [])
    speaks = sensor is not None and message.device in {sensor.device, sensor.gateway}
    if sensor is None or sensor.kind != BUTTON or not speaks or not people:
        words = "a call button that nobody is assigned to was pressed"
        _raise_duty(community, device, "unknown_button", words, message.received_at)
        return None
    timeless, at = message.timeless(), message.happened_at()
    words = f"the call button was pressed at {at:%H:%M:%S} UTC"
    if timeless:
        words += f", by our clock: its own says {message.body.occurred_at:%Y-%m-%d}"
    person, identity = _presses(community, people), Identity.of(message.correlation_id, message.body)
    taken = call(Press(community, person, identity, words, message.received_at, timed=not timeless))
    press = f"{taken.row.sk}@{to_text(taken.row.at or message.received_at)}"
    devices = frozenset({device, message.device})
    sign = Sign(kind=BUTTON, at=at, key=press, devices=devices, dated_by_us=timeless)
    with Series().attempt("sign_of_the_press", press, community=community, person=person) as attempt:
        heard = signs.take_in(community, person, sign)  # should it fail, help is called all the same
        attempt.outcome = heard.outcome
    return taken.called


def _presses(community: str, people: list[str]) -> str:
    """Whose press it is, of those who share a button: not who has died or is away, if it can be another."""
    if len(people) == 1:
        return people[0]
    keys = {person: StateRow.key(community, person) for person in people}
    rows = readable(keys.values())

    def unlikely(person: str) -> tuple[bool, bool]:
        row = rows.one(StateRow, keys[person])
        state = row.state if row else None
        return state is not None and state.ended, state is not None and state.where == "away"

    return min(people, key=unlikely)


def unreadable(topic: Topic, now: datetime) -> None:
    """A button said something that nobody can read: it may have been pressed."""
    key = SensorRow.key(topic.community, topic.device)
    row = readable([key]).one(SensorRow, key)
    words = "a call button sent a message that cannot be read"
    if row is not None and row.people:
        words += f": it serves {', '.join(sorted(row.people))}"
    _raise_duty(topic.community, topic.device, "unreadable_press", words, now)


def _raise_duty(community: str, device: str, kind: DutyKind, words: str, now: datetime) -> None:
    transaction = Transaction()
    tending.raise_duty(transaction, community, device, kind, words=words, now=now)
    transaction.commit()


def call(press: Press) -> Taken:
    """A person calls for help. However often and however many at once, there is one alert.

    What cannot be read of the person does not matter; where it is their open alert, staff are told.
    """
    try:
        taken = until_it_holds(lambda: _called(press), escalation.RACES)
    except (ValueError, NotFound):
        words = f"{press.words}, and what is kept of them cannot be read: go there, and tell operations"
        _raise_duty(press.community, press.person, "unreadable_press", words, press.now)
        raise
    if taken.step.changed or taken.outcome == "duplicate":  # the first delivery may not have got this far
        escalation.hand_over(calling.ALERTS, taken.step)
    return taken


def _called(press: Press) -> Taken:
    community, person = press.community, press.person
    state_key, watch_key = StateRow.key(community, person), WatchRow.key(community, person)
    state = read([state_key], only=["open_alert"]).one(StateRow, state_key)
    rows = readable([watch_key, CommunityRow.key(community), *press.identity.keys(press.key)])
    watch = rows.one(WatchRow, watch_key)
    open_alert = state.open_alert if state else None
    before = press.identity.earlier(rows, PressRow, press.key)
    if before is not None and before.at is not None:
        held = Held(before.at, before.alert)
        if is_told_again(held, open_alert, press.now, timed=press.timed):
            step = Step.on(calling.alert_of(community, before.alert), press.now)
            return Taken(step, "duplicate", before)
    policy = watching.setting_of(rows, community).policy
    chain = chain_for(ROLES, (watch.watch.chain if watch else None) or policy.chain, emergency=True)
    place = before.sk if before else press.identity.place(rows, press.key)
    if open_alert is not None:
        return _join(press, calling.alert_of(community, open_alert), chain, place, before)
    return _open(press, chain, place, before)


def _mark(
    transaction: Transaction, press: Press, alert: str, place: str, before: PressRow | None
) -> PressRow:
    """Let `transaction` (row `press`) say which alert has the press, as long as it may be delivered again."""
    row = PressRow(
        *press.key(place),
        alert=alert,
        at=press.now,
        digest=press.identity.digest,
        id_reused=before is not None or place != press.identity.id,
        ttl=to_epoch_seconds(press.now + SENT_AGAIN),
    )
    as_read = PressRow.pk.does_not_exist()
    if before is not None:
        as_read = (PressRow.alert == before.alert) & (PressRow.at == before.at)
    transaction.put("press", row, as_read)
    return row


def _open(press: Press, chain: list[ChainStep], place: str, before: PressRow | None) -> Taken:
    alert = Alert(
        alert=new_id(press.now),
        community=press.community,
        person=press.person,
        reason="sos",
        words=press.words,
        emergency=True,
        chain=chain,
        opened_at=press.now,
        changed_at=press.now,
        due_at=press.now,
    )
    step = answering.opened(alert, press.now)
    transaction = Transaction()
    escalation.write(calling.ALERTS, transaction, step, None, f"press/{place}")
    watching.hold(transaction, press.community, press.person, alert.alert, press.now)
    row = _mark(transaction, press, alert.alert, place, before)
    transaction.commit()
    return Taken(step, "opened", row)


def _join(press: Press, alert: Alert, chain: list[ChainStep], place: str, before: PressRow | None) -> Taken:
    """A press that changes nothing leaves its line, as long as the alert is still the person's open one."""
    step = answering.joined(alert, chain, press.words, press.now)
    rows: list[PressRow] = []

    def also(transaction: Transaction) -> None:
        rows.append(_mark(transaction, press, alert.alert, place, before))
        if not step.changed:
            for entry in step.entries:
                transaction.put("line", EntryRow.of(press.community, press.person, entry, place))
            key = StateRow.key(press.community, press.person)
            transaction.check("held", StateRow, key, StateRow.open_alert == alert.alert)

    attempt = f"press/{place}@{to_text(press.now)}"
    return Taken(escalation.save(calling.ALERTS, step, alert, attempt, also), "joined", rows[0])
