"""What time and broken channels do to an alert: the chain calls one after another until somebody answers.

Each step of the chain is asked, waited for, and asked again by its next channel; a channel that fails gives
way to the next at once. Gone through without an answer, the whole chain is called again and again, by all
channels at once, and the alert heads the staff queue. Of a step of many, some are asked a round, the others
the next.

Somebody on duty hears of every alert: who has one contact alone is asked again together with them, not before
them, and where the steps for staff reach nobody, whoever else is on duty has a step of their own.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, TypeVar

from linli.escalation.alerts import MOST_ASKED, Alert, Call, Circle, Kind, Reachable, Step
from linli.escalation.models import Happening, Message, Roles, Setting, Times
from linli.instants import to_text
from linli.messages.gateways import Channel
from linli.messages.rungs import Rung

MOST_CALLS = 40  # each is a message and a line, and a transaction holds 100 items
ON_DUTY_WAYS: list[Channel] = ["push", "voice", "sms", "staff"]
LAPSED = {
    "acknowledged": "nothing was said since",
    "snoozed": "put off until now",
    "answered": "nobody said so",
}
AnyRung = TypeVar("AnyRung", bound=Rung)


def quiet_until(now: datetime, setting: Setting) -> datetime | None:
    """When the quiet hours that `now` lies in end; None outside them, or when a community has none."""
    begins, ends = setting.policy.quiet_from, setting.policy.quiet_until
    local = now.astimezone(setting.zone)
    clock = local.time()
    is_quiet = begins <= clock < ends if begins <= ends else clock >= begins or clock < ends
    if not is_quiet:
        return None
    day = local.date() if clock < ends else local.date() + timedelta(days=1)
    return max(datetime.combine(day, ends, setting.zone).astimezone(UTC), now)


def chain_for(roles: Roles, chain: Sequence[AnyRung], *, emergency: bool) -> list[AnyRung]:
    """Whom to call: who has pressed the button themselves is not asked whether they are well."""
    others = [rung for rung in chain if rung.to != roles.subject]
    return others if emergency and others else list(chain)


def wait_of(alert: Alert, rung: Rung, policy: Times) -> timedelta:
    """How long an answer is waited for."""
    longest = policy.emergency_wait_minutes if alert.emergency else rung.wait_minutes
    return timedelta(minutes=min(rung.wait_minutes, longest))


def advanced(alert: Kind, circle: Circle, setting: Setting, now: datetime) -> Step[Kind]:
    """What falls due at `now`: the next call, or the end of somebody's time to see to it.

    Nothing changes when nothing is due, so running it twice is harmless.
    """
    step = Step.on(alert, now)
    if alert.due_at is None or alert.due_at > now:
        return step
    if alert.state != "open":
        step.log("lapsed", LAPSED[alert.state], by=alert.answered_as or "system", actor=alert.answered_by)
        level = 0 if alert.state == "answered" else alert.level
        step.change(state="open", rounds=0, calls=[], level=level)
    _call(step, circle, setting)
    return step


def failed(
    alert: Kind,
    message: str,
    circle: Circle,
    setting: Setting,
    now: datetime,
    *,
    words: str = "",
    declined: bool = False,
) -> Step[Kind]:
    """A message of this round did not get through, or who was asked cannot help: on to the next, at once."""
    step, call = Step.on(alert, now), _out(alert, message)
    if call is None:  # of another round, or somebody has answered meanwhile
        return step
    _mark(step, call, words, declined=declined)
    following = [] if declined else list(_untried(step.alert, call, circle))
    if following:
        step.change(calls=[*step.alert.calls, _asked(step, call.level, call.recipient, following[0])])
    elif not any(each.level == step.alert.level and each.result == "calling" for each in step.alert.calls):
        _all_failed(step, circle, setting)
    return step


def not_picked_up(alert: Kind, message: str, circle: Circle, setting: Setting, now: datetime) -> Step[Kind]:
    """An only contact let the telephone ring, and has no other way: those on duty are told at once, since
    nobody else is left of whom an answer could come.
    """
    step, call = Step.on(alert, now), _out(alert, message)
    asks = _asked_with_duty(alert, circle)
    alone = bool(asks) and alert.level == asks[0][0]
    if call is None or not alone or any(_untried(alert, call, circle)):
        return step
    step.change(rounds=_rounds(alert, alert.level, circle))
    _call(step, circle, setting)
    return step


def handed_back(alert: Kind, message: Message, circle: Circle, setting: Setting, now: datetime) -> Step[Kind]:
    """Who had said they would see to it cannot after all: the round their answer ended is called anew at
    once, without them.
    """
    step = Step.on(alert, now)
    if alert.state != "acknowledged" or alert.answered_by != message.recipient:
        return step
    words = "had said they would see to it"
    step.log("declined", words, by=message.to, actor=message.recipient, channel=message.channel)
    rounds = max(alert.rounds - 1, 0)
    step.change(state="open", rounds=rounds, answered_by=None, answered_as=None, answered_at=None)
    them = message.recipient
    _call(step, {to: [each for each in who if each.recipient != them] for to, who in circle.items()}, setting)
    return step


def told_otherwise(alert: Kind, message: Message, circle: Circle, now: datetime, words: str) -> Step[Kind]:
    """Word of an alert that is held did not get through: by their next channel, while it is held.

    When it got through to none of them it goes to whoever else is on duty, and without any it is not held.
    """
    step, call = Step.on(alert, now), _out(alert, message.message)
    if call is None:
        return step
    _mark(step, call, words, declined=False)
    awake = _awake(step.alert, circle)
    following = [each for each in awake if each.recipient == call.recipient]
    if not following and not _anybody_out(step.alert):
        following = awake
    step.change(calls=[*step.alert.calls, *_tell(step, following)])
    if not _anybody_out(step.alert):
        step.change(due_at=step.now)
    return step


def _out(alert: Alert, message: str) -> Call | None:
    """The call of this round that a message belongs to, while it is out."""
    return next((each for each in alert.calls if each.message == message and each.result == "calling"), None)


def _anybody_out(alert: Alert) -> bool:
    return any(each.result == "calling" for each in alert.calls)


def _mark(step: Step[Any], call: Call, words: str, *, declined: bool) -> None:
    """A call gets its result; when somebody declined, so does every other call that is out to them."""
    calls = [
        each.model_copy(update={"result": "declined" if declined else "failed"})
        if each == call or (declined and each.recipient == call.recipient and each.result == "calling")
        else each
        for each in step.alert.calls
    ]
    step.change(calls=calls)
    what: Happening = "declined" if declined else "channel_failed"
    step.log(what, words, by=step.alert.chain[call.level].to, actor=call.recipient, channel=call.channel)


def _untried(alert: Alert, call: Call, circle: Circle) -> Iterable[Channel]:
    rung = alert.chain[call.level]
    tried = {each.channel for each in alert.calls if each.recipient == call.recipient}
    can = next(
        (each.channels for each in circle.get(rung.to, ()) if each.recipient == call.recipient), frozenset()
    )
    return (channel for channel in rung.channels if channel in can and channel not in tried)


def _all_failed(step: Step[Any], circle: Circle, setting: Setting) -> None:
    """Nobody of this round could be reached: on to those of the step who have not been asked, or to the next.

    Once the chain has been gone through, the wait goes on: a gateway that is down must not be called in a
    circle.
    """
    if step.alert.unanswered_since is None:
        level = step.alert.level
        if step.alert.rounds >= _pages(step.alert, step.alert.chain[level], circle):
            step.change(rounds=_rounds(step.alert, level, circle))
        _call(step, circle, setting)


def _call(step: Step[Any], circle: Circle, setting: Setting) -> None:
    _reach_duty(step, circle)
    until = None if step.alert.emergency else quiet_until(step.now, setting)
    if until is not None and until > step.now:
        if _hold(step, circle, until):
            return
        step.log("nobody_to_call", "quiet hours, and nobody on duty can be told")
        _unanswered(step, "it is not held")
    for level in range(step.alert.level, len(step.alert.chain)):
        if level != step.alert.level:
            step.change(level=level, rounds=0)
        if step.alert.rounds >= _rounds(step.alert, level, circle):
            continue
        if _ring(step, circle, level, setting):
            return
        step.log("nobody_to_call", f"nobody to call as {step.alert.chain[level].to}")
    _go_on_for_ever(step, circle, setting)


def _reach_duty(step: Step[Any], circle: Circle) -> None:
    """Where the steps for staff reach nobody, whoever else is on duty has one at the end of the chain."""
    chain = step.alert.chain
    on_duty = step.alert.ROLES.on_duty
    staff = [rung for rung in chain if rung.to in on_duty]
    if not staff or any(_reachable(rung, circle) for rung in staff):
        return
    for to in on_duty:
        rung = chain[-1].model_copy(update={"to": to, "channels": ON_DUTY_WAYS, "repeats": 1})
        if _reachable(rung, circle):
            step.change(chain=[*chain, rung])
            return


def _asked_with_duty(alert: Alert, circle: Circle) -> list[tuple[int, int]]:
    """The level and round of each time that an only contact is asked before those on duty are: the first time
    alone, then together with them, since nobody knows of the alert but who does not answer.
    """
    chain = alert.chain
    on_duty = (n for n in range(len(chain)) if _is_on_duty(alert, n, circle))
    first, outside = next(on_duty, 0), alert.ROLES.outside
    levels = [n for n, rung in enumerate(chain[:first]) if rung.to == outside and _reachable(rung, circle)]
    people = {each.whose or each.recipient for level in levels for each in _reachable(chain[level], circle)}
    if len(people) != 1 or alert.unanswered_since:
        return []
    return [(level, again) for level in levels for again in range(chain[level].repeats + 1)]


def _along(step: Step[Any], circle: Circle, level: int) -> list[Call]:
    """The only contact, who was asked the last time and has not answered, once more with those on duty."""
    asks = _asked_with_duty(step.alert, circle)
    roles = step.alert.ROLES
    contacts = {each.recipient for each in circle.get(roles.outside or "", ())}
    waited = any(each.recipient in contacts and each.result == "calling" for each in step.alert.calls)
    if not asks or not waited or step.alert.chain[level].to not in roles.on_duty:
        return []
    between = [each for each in range(asks[-1][0] + 1, level) if _is_on_duty(step.alert, each, circle)]
    before = sum(_rounds(step.alert, each, circle) for each in between)
    return [
        _asked(step, at, each.recipient, channel)
        for at, again in asks[1:][before + step.alert.rounds :][:1]
        for each in _reachable(step.alert.chain[at], circle)
        for channel in _channels(step.alert.chain[at], each, again, loud=_is_loud(step.alert))
    ]


def _hold(step: Step[Any], circle: Circle, until: datetime) -> bool:
    """Quiet hours: whoever sleeps is let sleep. Who is on duty is awake, and is told to look at the queue.

    False where nobody on duty can be told: then it is not held.
    """
    awake = _awake(step.alert, circle)
    if not awake:
        return False
    step.change(due_at=until, calls=_tell(step, awake))
    step.log("held", f"quiet hours until {to_text(until)}")
    return True


def _awake(alert: Alert, circle: Circle) -> list[Call]:
    """Who hears of a held alert, each by one channel: of those on duty the first kind that can be told, of
    whatever steps the chain has for them. By push, or should it be missing or have failed, by what else these
    steps have.
    """
    failed_by = {(each.recipient, each.channel) for each in alert.calls if each.result == "failed"}
    for to in alert.ROLES.on_duty:
        rungs = [(level, rung.channels) for level, rung in enumerate(alert.chain) if rung.to == to]
        ways = dict.fromkeys(way for _, channels in rungs for way in channels if way != "staff")
        found = [
            [
                Call(recipient=each.recipient, channel=way, level=rungs[0][0])
                for way in sorted(ways, key=lambda way: way != "push")
                if way in each.channels and (each.recipient, way) not in failed_by
            ]
            for each in circle.get(to, ())
        ]
        if any(found):
            return [calls[0] for calls in found if calls][:MOST_CALLS]
    return []


def _tell(step: Step[Any], whom: Iterable[Call]) -> list[Call]:
    chain = step.alert.chain
    said = ((each, step.say(chain[each.level].to, each.recipient, each.channel, "held")) for each in whom)
    return [each.model_copy(update={"message": message}) for each, message in said]


def _unanswered(step: Step[Any], words: str) -> None:
    """From now on it is loud, and heads the staff queue."""
    if step.alert.unanswered_since is None:
        step.log("unanswered", words)
        step.change(unanswered_since=step.now)


def _is_loud(alert: Alert) -> bool:
    return alert.emergency or alert.unanswered_since is not None


def _asked_at_once(alert: Alert, rung: Rung) -> int:
    ways = len(set(rung.channels)) if _is_loud(alert) else 1
    return min(MOST_ASKED, MOST_CALLS // ways)


def _pages(alert: Alert, rung: Rung, circle: Circle) -> int:
    """In how many rounds everybody of a step is asked once."""
    return max(1, ceil(len(_reachable(rung, circle)) / _asked_at_once(alert, rung)))


def _rounds(alert: Alert, level: int, circle: Circle) -> int:
    """How many rounds a step has: its repeats, and at least one for everybody. All channels at once are not
    repeated: the chain comes round again. An only contact has one round alone, the others are not theirs.
    """
    rung, asks = alert.chain[level], _asked_with_duty(alert, circle)
    if level in {at for at, _ in asks}:
        return int(level == asks[0][0])
    repeats = 0 if alert.unanswered_since else rung.repeats
    return max(repeats + 1, _pages(alert, rung, circle))


def _is_on_duty(alert: Alert, level: int, circle: Circle) -> bool:
    rung = alert.chain[level]
    return rung.to in alert.ROLES.on_duty and bool(_reachable(rung, circle))


def _reachable(rung: Rung, circle: Circle) -> list[Reachable]:
    return [each for each in circle.get(rung.to, ()) if each.channels & set(rung.channels)]


def _ring(step: Step[Any], circle: Circle, level: int, setting: Setting) -> bool:
    """Ask those of a step whose turn it is: by one channel, another each round, or by all at once."""
    rung, rounds = step.alert.chain[level], step.alert.rounds
    many, pages = _asked_at_once(step.alert, rung), _pages(step.alert, rung, circle)
    first = rounds % pages * many
    calls = [
        _asked(step, level, each.recipient, channel)
        for each in _reachable(rung, circle)[first : first + many]
        for channel in _channels(rung, each, rounds // pages, loud=_is_loud(step.alert))
    ]
    if not calls:
        return False
    calls += _along(step, circle, level)
    step.change(calls=calls, rounds=rounds + 1, due_at=step.now + wait_of(step.alert, rung, setting.policy))
    return True


def _channels(rung: Rung, whom: Reachable, rounds: int, *, loud: bool) -> list[Channel]:
    can = [channel for channel in dict.fromkeys(rung.channels) if channel in whom.channels]
    return can if loud or not can else [can[rounds % len(can)]]


def _asked(step: Step[Any], level: int, recipient: str, channel: Channel) -> Call:
    to = step.alert.chain[level].to
    message = None if channel == "staff" else step.say(to, recipient, channel, "alert")
    step.log("called", f"as {to}", actor=recipient, channel=channel)
    return Call(recipient=recipient, channel=channel, level=level, message=message)


def _go_on_for_ever(step: Step[Any], circle: Circle, setting: Setting) -> None:
    """The chain has been gone through: from its beginning, louder, until somebody answers."""
    _unanswered(step, "nobody of the chain has answered")
    wait = wait_of(step.alert, step.alert.chain[-1], setting.policy)
    step.change(level=0, rounds=0, calls=[], due_at=step.now + wait)
    for level in range(len(step.alert.chain)):
        step.change(level=level)
        if _ring(step, circle, level, setting):
            return
    step.log("nobody_to_call", "nobody of the chain can be reached; it heads the staff queue")
