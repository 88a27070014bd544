"""What time and broken channels do to an alert: the chain calls one after another until somebody answers.

Each step of the chain is asked, waited for, and asked again by its next channel; a channel that fails gives
way to the next at once. Gone through without an answer, the last step that can be reached is called for ever
by all its channels, and the alert heads the staff queue.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from functions.care.alerts import Alert, Call, Circle, Reachable, Step, What
from functions.care.states import Setting
from linli.instants import to_text
from linli.policies import CarePolicy, ChainStep, Channel

LAPSED = {
    "acknowledged": "nothing was said since",
    "snoozed": "put off until now",
    "answered": "nobody said so",
}


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


def chain_for(chain: list[ChainStep], *, emergency: bool) -> list[ChainStep]:
    """Whom to call: who has pressed the button themselves is not asked whether they are well."""
    others = [step for step in chain if step.to != "person"]
    return others if emergency and others else chain


def wait_of(alert: Alert, rung: ChainStep, policy: CarePolicy) -> timedelta:
    """How long an answer is waited for."""
    longest = policy.emergency_wait_minutes if alert.emergency else rung.wait_minutes
    return timedelta(minutes=min(rung.wait_minutes, longest))


def advanced(alert: Alert, circle: Circle, setting: Setting, now: datetime) -> Step:
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
    alert: Alert,
    message: str,
    circle: Circle,
    setting: Setting,
    now: datetime,
    *,
    words: str = "",
    declined: bool = False,
) -> Step:
    """A message of this round did not get through, or who was asked cannot help: on to the next, at once."""
    step = Step.on(alert, now)
    call = next((each for each in alert.calls if each.message == message and each.result == "calling"), None)
    if call is None:  # of another round, or somebody has answered meanwhile
        return step
    _mark(step, call, words, declined=declined)
    following = [] if declined else list(_untried(step.alert, call, circle))
    if following:
        step.change(calls=[*step.alert.calls, _asked(step, call.level, call.recipient, following[0])])
    elif not any(each.result == "calling" for each in step.alert.calls):
        _all_failed(step, circle, setting)
    return step


def _mark(step: Step, call: Call, words: str, *, declined: bool) -> None:
    """All that is still out to somebody who declined is settled with it."""
    calls = [
        each.model_copy(update={"result": "declined" if declined else "failed"})
        if each == call or (declined and each.recipient == call.recipient and each.result == "calling")
        else each
        for each in step.alert.calls
    ]
    step.change(calls=calls)
    what: What = "declined" if declined else "channel_failed"
    step.log(what, words, by=step.alert.chain[call.level].to, actor=call.recipient, channel=call.channel)


def _untried(alert: Alert, call: Call, circle: Circle) -> Iterable[Channel]:
    rung = alert.chain[call.level]
    tried = {each.channel for each in alert.calls if each.recipient == call.recipient}
    can = next((each.channels for each in circle[rung.to] if each.recipient == call.recipient), frozenset())
    return (channel for channel in rung.channels if channel in can and channel not in tried)


def _all_failed(step: Step, circle: Circle, setting: Setting) -> None:
    """Nobody of this step could be reached. Once the chain has been gone through, the wait goes on: a gateway
    that is down must not be called in a circle.
    """
    if step.alert.unanswered_since is None:
        step.change(rounds=step.alert.chain[step.alert.level].repeats + 1)
        _call(step, circle, setting)


def _call(step: Step, circle: Circle, setting: Setting) -> None:
    until = None if step.alert.emergency else quiet_until(step.now, setting)
    if until is not None and until > step.now:
        _hold(step, circle, until)
        return
    for level in range(step.alert.level, len(step.alert.chain)):
        rung = step.alert.chain[level]
        if level != step.alert.level:
            step.change(level=level, rounds=0)
        if step.alert.rounds > rung.repeats:
            continue
        if _ring(step, circle, level, setting, loud=step.alert.emergency):
            return
        step.log("nobody_to_call", f"nobody to call as {rung.to}")
    _go_on_for_ever(step, circle, setting)


def _hold(step: Step, circle: Circle, until: datetime) -> None:
    """Quiet hours: whoever sleeps is let sleep. Who is on duty is awake, and is told to look at the queue."""
    on_duty = [rung for rung in step.alert.chain if rung.to == "manager" and "push" in rung.channels][:1]
    for rung in on_duty:
        for each in circle[rung.to]:
            if "push" in each.channels:
                step.say(rung.to, each.recipient, "push", "held")
    step.change(due_at=until, calls=[])
    step.log("held", f"quiet hours until {to_text(until)}")


def _ring(step: Step, circle: Circle, level: int, setting: Setting, *, loud: bool) -> bool:
    """Ask everybody of a step: by one channel each, another one each round, or `loud` by all at once."""
    rung, rounds = step.alert.chain[level], step.alert.rounds
    calls = [
        _asked(step, level, each.recipient, channel)
        for each in circle[rung.to]
        for channel in _channels(rung, each, rounds, loud=loud)
    ]
    if not calls:
        return False
    step.change(calls=calls, rounds=rounds + 1, due_at=step.now + wait_of(step.alert, rung, setting.policy))
    return True


def _channels(rung: ChainStep, whom: Reachable, rounds: int, *, loud: bool) -> list[Channel]:
    can = [channel for channel in rung.channels if channel in whom.channels]
    return can if loud or not can else [can[rounds % len(can)]]


def _asked(step: Step, level: int, recipient: str, channel: Channel) -> Call:
    to = step.alert.chain[level].to
    message = None if channel == "staff" else step.say(to, recipient, channel, "alert")
    step.log("called", f"as {to}", actor=recipient, channel=channel)
    return Call(recipient=recipient, channel=channel, level=level, message=message)


def _go_on_for_ever(step: Step, circle: Circle, setting: Setting) -> None:
    if step.alert.unanswered_since is None:
        step.log("unanswered", "nobody of the chain has answered")
    last = len(step.alert.chain) - 1
    wait = wait_of(step.alert, step.alert.chain[last], setting.policy)
    since = step.alert.unanswered_since or step.now
    step.change(level=last, calls=[], unanswered_since=since, due_at=step.now + wait)
    if not any(_ring(step, circle, level, setting, loud=True) for level in range(last, -1, -1)):
        step.log("nobody_to_call", "nobody of the chain can be reached; it heads the staff queue")
