"""Opens an emergency together with the hold on the person, or joins the alert that is open."""

from dataclasses import dataclass
from datetime import datetime

from functions.care import answering, casebook, duties, signs, vigils
from functions.care.alerts import Alert, Step
from functions.care.calling import chain_for
from functions.care.case_tables import EntryRow, PressRow
from functions.care.signals import Sign, Signal, happened_at
from functions.care.sos.models import Called
from functions.care.tables import SensorRow, StateRow, WatchRow
from functions.care.work import DutyKind
from linli.communities import CommunityRow
from linli.device_messages import DeviceMessage, Topic
from linli.ids import new_id
from linli.instants import to_text
from linli.observability import Series
from linli.policies import ChainStep
from linli.tables import Transaction, read, readable, until_it_holds

BUTTON = "call_button"


@dataclass(frozen=True, slots=True)
class Press:
    """One press by one person; `press` is the same however often it is delivered."""

    community: str
    person: str
    press: str
    words: str
    now: datetime

    def mark(self, alert: str) -> PressRow:
        """The row that says which alert the press belongs to."""
        return PressRow.of(self.community, self.person, self.press, alert, self.now)


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
    devices = frozenset({device, message.device})
    press = f"{message.correlation_id}@{to_text(message.body.occurred_at)}"  # counters may begin anew
    sign = Sign(
        kind=BUTTON, at=happened_at(message), key=press, devices=devices, dated_by_us=message.clock_ahead
    )
    words = f"the call button was pressed at {sign.at:%H:%M:%S} UTC"
    person = _presses(community, people)
    called = call(Press(community, person, press, words, message.received_at))
    with Series().attempt("sign_of_the_press", press, community=community, person=person) as attempt:
        attempt.outcome = signs.take_in(
            community, person, sign
        )  # should it fail, help is called all the same
    return called


def _presses(community: str, people: list[str]) -> str:
    """Whose press it is, of those who share a button: not who has died or is away, if it can be another."""
    if len(people) == 1:
        return people[0]
    keys = {person: StateRow.key(community, person) for person in people}
    rows = read(keys.values())

    def unlikely(person: str) -> tuple[bool, bool]:
        row = rows.one(StateRow, keys[person])
        state = row.state if row else None
        return state is not None and state.ended, state is not None and state.where == "away"

    return min(people, key=unlikely)


def unreadable(topic: Topic, now: datetime) -> None:
    """A button said something that nobody can read: it may have been pressed."""
    words = "a call button sent a message that cannot be read"
    _raise_duty(topic.community, topic.device, "unreadable_press", words, now)


def _raise_duty(community: str, device: str, kind: DutyKind, words: str, now: datetime) -> None:
    transaction = Transaction()
    duties.raised(transaction, community, device, kind, words=words, now=now)
    transaction.commit()


def call(press: Press) -> Called:
    """A person calls for help. However often and however many at once, there is one alert.

    What cannot be read of the person does not matter; where it is their open alert, staff are told.
    """
    try:
        step, outcome = until_it_holds(lambda: _called(press), casebook.RACES)
    except ValueError:
        words = f"{press.words}, and what is kept of them cannot be read: go there, and tell operations"
        _raise_duty(press.community, press.person, "unreadable_press", words, press.now)
        raise
    if step.changed or outcome == "duplicate":  # nobody knows whether the first delivery got this far
        casebook.hand_over(step)
    return Called(outcome=outcome, alert=step.alert.alert, opened_at=step.alert.opened_at)


def _called(press: Press) -> tuple[Step, str]:
    community, person, mark = press.community, press.person, press.mark("")
    state_key, watch_key = StateRow.key(community, person), WatchRow.key(community, person)
    state = read([state_key], only=["open_alert"]).one(StateRow, state_key)
    rows = readable([watch_key, CommunityRow.key(community), (mark.pk, mark.sk)])
    watch = rows.one(WatchRow, watch_key)
    before = rows.one(PressRow, (mark.pk, mark.sk))
    if before is not None:
        return Step.on(casebook.alert_of(community, before.alert), press.now), "duplicate"
    policy = vigils.setting_of(rows, community).policy
    chain = chain_for((watch.watch.chain if watch else None) or policy.chain, emergency=True)
    if state is not None and state.open_alert is not None:
        return _join(press, casebook.alert_of(community, state.open_alert), chain), "joined"
    return _open(press, chain), "opened"


def _open(press: Press, chain: list[ChainStep]) -> Step:
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
    casebook.write(transaction, step, None, f"press/{press.press}")
    vigils.hold(transaction, press.community, press.person, alert.alert, press.now)
    transaction.create("press", press.mark(alert.alert))
    transaction.commit()
    return step


def _join(press: Press, alert: Alert, chain: list[ChainStep]) -> Step:
    """A press that changes nothing leaves its line, as long as the alert is still the person's open one."""
    step = answering.joined(alert, chain, press.words, press.now)

    def also(transaction: Transaction) -> None:
        transaction.create("press", press.mark(alert.alert))
        if not step.changed:
            for entry in step.entries:
                transaction.put("line", EntryRow.of(press.community, press.person, entry, press.press))
            key = StateRow.key(press.community, press.person)
            transaction.check("held", StateRow, key, StateRow.open_alert == alert.alert)

    return casebook.keep(step, alert, f"press/{press.press}", also)
