"""Lets happen what is due, and sends the messages of each step once it is kept."""

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from pynamodb.expressions.update import Action

from functions.care.calling import store as calling
from functions.care.calling.chain import quiet_until
from functions.care.calling.client import Courier
from functions.care.calling.messages import Message
from functions.care.calling.parties import Party
from functions.care.calling.rows import MessageRow
from functions.care.calling.store import Case
from functions.care.escalation.domain import messages_of, still_wanted, turn
from functions.care.tending import store as tending
from functions.care.tending.duties import AGAIN, ATTEMPTS, URGENT
from functions.care.tending.rows import DutyRow, VisitRow
from functions.care.watching import store as watching
from linli.due import TimedRow
from linli.errors import NotFound, Unavailable
from linli.escalation.tasks import DueKey, DueTask
from linli.instants import to_text
from linli.messages.sending import NotSent
from linli.observability import Series
from linli.tables import ConditionsFailed, Contended, Transaction, find


def carry_out(task: DueTask) -> str:
    """Do what is due for every row of a task: call, send, tell, make a duty of it.

    Raises Unavailable once all have been tried, if any of them failed.
    """
    courier, series = Courier(task.at), Series()
    for key in task.rows:
        community, _, rest = key.pk.partition("#")
        with series.attempt(key.kind, f"{rest}:{key.sk}:{to_text(task.at)}", community=community) as attempt:
            attempt.outcome = _carried_out(key, community, courier)
    if series.failed:
        raise Unavailable(f"{series.failed} of {len(task.rows)} rows")
    return next((each for each in series.outcomes if each != "nothing_due"), "nothing_due")


def _carried_out(key: DueKey, community: str, courier: Courier) -> str:
    worker = WORKERS.get(key.kind)
    if worker is None:
        return "not_ours"
    with suppress(NotFound):
        return worker(key, community, courier)
    return "gone"


def _alert(key: DueKey, community: str, courier: Courier) -> str:
    step, case = calling.advance(community, key.pk.rpartition("#")[2], courier.now)
    if not step.changed:
        return "nothing_due"
    _send(step.messages, case, courier)
    return "unanswered" if step.alert.unanswered_since else step.entries[-1].what


def _message(key: DueKey, community: str, courier: Courier) -> str:
    row = find(MessageRow, (key.pk, key.sk))
    if row.state != "pending":
        return "nothing_due"
    case = calling.load(community, key.pk.rpartition("#")[2])
    if not still_wanted(row.message, case.alert):
        transaction = Transaction()
        calling.conclude(transaction, row.message, "dropped")
        transaction.commit()
        return "dropped"
    _send([row.message], case, courier)
    return "sent"


def _send(messages: Iterable[Message], case: Case, courier: Courier) -> None:
    """Send messages, and those that follow when one does not get through.

    Raises Unavailable once all have been tried, when one could not be, or what follows could not be kept: it
    falls due again.
    """
    pending, lost = deque((message, case) for message in messages), 0
    while pending:
        message, known = pending.popleft()
        try:
            courier.send(message, _address(message, known.parties))
            _sent(message, courier)
        except Unavailable:  # no channel has failed: it is still due
            lost += 1
        except NotSent as error:
            try:
                step, after = calling.message_failed(message, courier.now, str(error))
            except Unavailable:
                lost += 1
                continue
            pending.extend((each, after) for each in step.messages)
    if lost:
        raise Unavailable(f"{lost} messages are still to be sent")


def _address(message: Message, parties: Iterable[Party]) -> str | None:
    known = (each for each in parties if (each.to, each.recipient) == (message.to, message.recipient))
    party = next(known, None)
    return party.address(message.channel) if party else None


def _sent(message: Message, courier: Courier) -> None:
    """Note that a gateway has taken the message over, unless it has already told us more.

    Where that cannot be kept the message falls due again, and the gateway knows its id.
    """
    transaction = Transaction()
    calling.conclude(transaction, message, "sent", MessageRow.state == "pending")
    calling.log(transaction, message, "sent", courier.now)
    with suppress(ConditionsFailed, Contended):
        transaction.commit()


def _duty(key: DueKey, community: str, courier: Courier) -> str:
    row = find(DutyRow, (key.pk, key.sk))
    duty, attempts, now = row.duty, int(row.attempts), courier.now
    if row.due_at is None or row.due_at > now:
        return "nothing_due"
    if duty.kind in URGENT:
        until, everybody = None, calling.circle(community, duty.about, None)
        staff = [each for to in ("manager", "caregiver") for each in everybody if each.to == to]
        listeners = list(turn(staff, attempts))
    else:
        vigil = watching.load(community, duty.about)
        until = quiet_until(now, vigil.setting)
        known = {each.person for each in vigil.watch.contacts}
        listeners = [Party("contact", each, each, None) for each in vigil.watch.family if each not in known]
        listeners += [
            each for each in calling.circle(community, duty.about, vigil.watch) if each.to == "contact"
        ]
    if until is not None and until > now:
        _change(row, [DutyRow.due_at.set(until)])
        return "held"
    told = [
        _tell_one(ways, listeners, courier, by_all=duty.kind in URGENT)
        for ways in messages_of(duty, community, listeners, now, attempts)
    ]
    return _told(row, courier, done=any(told))


def _tell_one(ways: Iterable[Message], listeners: Iterable[Party], courier: Courier, *, by_all: bool) -> bool:
    told = False
    for message in ways:
        with suppress(NotSent):
            courier.send(message, _address(message, listeners))
            transaction = Transaction()
            calling.log(transaction, message, "called", courier.now)
            transaction.commit()
            told = True
            if not by_all:
                break
    return told


def _told(row: DutyRow, courier: Courier, *, done: bool) -> str:
    """Whoever could be told has been: an urgent duty is told of until it is settled, others a few times until
    somebody has been reached. It stays in the staff queue anyway, renewed or not meanwhile.
    """
    attempts = int(row.attempts) + 1
    over = row.duty.kind not in URGENT and (done or attempts >= ATTEMPTS)
    due = row.no_longer_due() if over else [DutyRow.due_at.set(courier.now + AGAIN)]
    _change(row, [DutyRow.attempts.set(attempts), *due])
    return "told" if done else "nobody_told"


def _visit(key: DueKey, community: str, courier: Courier) -> str:
    """A visit's day is over: from now on it is a duty, once."""
    row = find(VisitRow, (key.pk, key.sk))
    if row.due_at is None or row.due_at > courier.now:
        return "nothing_due"
    transaction = Transaction()
    words = f"was to be visited on {row.visit.next_on.isoformat()}"
    tending.raise_duty(
        transaction, community, row.visit.person, "visit_overdue", words=words, now=courier.now
    )
    _change(row, row.no_longer_due(), transaction)
    return "visit_overdue"


def _change(row: TimedRow, actions: Iterable[Action], transaction: Transaction | None = None) -> None:
    """Change a row that was due, unless another worker has been faster."""
    transaction = transaction or Transaction()
    transaction.update("due", type(row)(row.pk, row.sk), list(actions), TimedRow.due_at == row.due_at)
    with suppress(ConditionsFailed):
        transaction.commit()


WORKERS: dict[str, Callable[[DueKey, str, Courier], str]] = {
    "alert": _alert,
    "message": _message,
    "duty": _duty,
    "visit": _visit,
}
