"""Lets happen what is due, and sends the messages of each step once it is kept."""

from collections.abc import Callable
from contextlib import suppress

from functions.care.calling import store as calling
from functions.care.calling.alerts import ROLES
from functions.care.calling.channels import outgoing
from functions.care.calling.store import ALERTS
from functions.care.escalation.domain import messages_of
from functions.care.tending import store as tending
from functions.care.tending.rows import DutyRow, VisitRow
from functions.care.watching import store as watching
from linli.errors import NotFound, Unavailable
from linli.escalation import client
from linli.escalation.chain import quiet_until
from linli.escalation.client import Courier
from linli.escalation.duties import store as duties
from linli.escalation.parties import Party, turn
from linli.escalation.tasks import DueKey, DueTask, change_due
from linli.instants import to_text
from linli.observability import Series
from linli.tables import Transaction, find


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
        raise Unavailable("rows_left", {"failed": series.failed, "of": len(task.rows)})
    return next((each for each in series.outcomes if each != "nothing_due"), "nothing_due")


def _carried_out(key: DueKey, community: str, courier: Courier) -> str:
    worker = WORKERS.get(key.kind)
    if worker is None:
        return "not_ours"
    with suppress(NotFound):
        return worker(key, community, courier)
    return "gone"


def _alert(key: DueKey, community: str, courier: Courier) -> str:
    return client.call_out(ALERTS, key, community, courier)


def _message(key: DueKey, community: str, courier: Courier) -> str:
    return client.send_again(ALERTS, key, community, courier)


def _duty(key: DueKey, community: str, courier: Courier) -> str:
    row = find(DutyRow, (key.pk, key.sk))
    duty, attempts, now = row.duty, int(row.attempts), courier.now
    if row.due_at is None or row.due_at > now:
        return "nothing_due"
    if duty.is_urgent:
        until, everybody = None, calling.circle(community, duty.about, None)
        staff = [each for to in ROLES.on_duty for each in everybody if each.to == to]
        listeners = list(turn(staff, attempts))
    else:
        vigil = watching.load(community, duty.about)
        until = quiet_until(now, vigil.setting)
        known = {each.person for each in vigil.watch.contacts}
        family = [Party("contact", each, each, None) for each in vigil.watch.family if each not in known]
        listeners = list(calling.in_their_language(community, family))
        listeners += [
            each for each in calling.circle(community, duty.about, vigil.watch) if each.to == "contact"
        ]
    if until is not None and until > now:
        change_due(row, [DutyRow.due_at.set(until)])
        return "held"
    told = [
        client.tell(ALERTS, ways, listeners, courier, by_all=duty.is_urgent)
        for ways in messages_of(duty, community, listeners, now, attempts)
    ]
    return duties.told(row, now, done=any(told))


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
    change_due(row, row.no_longer_due(), transaction)
    return "visit_overdue"


WORKERS: dict[str, Callable[[DueKey, str, Courier], str]] = {
    "alert": _alert,
    "message": _message,
    "duty": _duty,
    "visit": _visit,
}
