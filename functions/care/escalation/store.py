"""Lets happen what is due, and sends the messages of each step once it is kept."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from pynamodb.expressions.update import Action

from functions.care.calling import store as calling
from functions.care.calling.alerts import Message
from functions.care.calling.channels import outgoing
from functions.care.calling.store import ALERTS
from functions.care.escalation.domain import messages_of
from functions.care.tending import store as tending
from functions.care.tending.duties import AGAIN, ATTEMPTS, URGENT
from functions.care.tending.rows import DutyRow, VisitRow
from functions.care.watching import store as watching
from linli.due import TimedRow
from linli.errors import NotFound, Unavailable
from linli.escalation import client
from linli.escalation import store as escalation
from linli.escalation.chain import quiet_until
from linli.escalation.client import Courier
from linli.escalation.models import Happening
from linli.escalation.parties import Party, turn
from linli.escalation.tasks import DueKey, DueTask
from linli.instants import to_text
from linli.messages.sending import NotSent
from linli.observability import Series
from linli.tables import ConditionsFailed, Transaction, find


def carry_out(task: DueTask) -> str:
    """Do what is due for every row of a task: call, send, tell, make a duty of it.

    Raises Unavailable once all have been tried, if any of them failed.
    """
    courier, series = Courier(task.at, outgoing), Series()
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


def _alert(key: DueKey, community: str, courier: Courier) -> Happening | str:
    return client.call_out(ALERTS, key, community, courier)


def _message(key: DueKey, community: str, courier: Courier) -> str:
    return client.send_again(ALERTS, key, community, courier)


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
            courier.send(message, client.address(message, listeners))
            transaction = Transaction()
            escalation.log(ALERTS, transaction, message, "called", courier.now)
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
