"""Judges those who are due, and opens their alert together with the hold on them."""

from datetime import datetime, timedelta

from pydantic import ValidationError

from functions.care.calling import store as calling
from functions.care.intake.rows import SensorRow
from functions.care.intake.unbelieved import spoke
from functions.care.tending import store as tending
from functions.care.watching import store as watching
from functions.care.watching.deadlines import judged
from functions.care.watching.rows import StateRow
from functions.care.watching.state import asked_after
from functions.care.watching.store import Vigil
from linli.errors import NotFound, Unavailable
from linli.escalation.store import due_alert
from linli.escalation.tasks import EVERYBODY, DueKey, DueTask, due_tasks, everybody
from linli.instants import to_text
from linli.observability import Series
from linli.tables import Rows, Transaction, readable, until_it_holds
from linli.tasks import leave
from linli.vocabulary.care import AlertReason

MOST_SAID = ("opened", "cannot_judge", "asked", "postponed", "spread")
AT_ONCE = 250  # people of a community that is judged anew, for whom one task leaves others
AGAIN = timedelta(hours=1)  # whoever can be read again by then is judged then


def judge_all(task: DueTask) -> str:
    """Judge every person of a task. Raises Unavailable once all have been tried, if any of them failed.

    Of whom nothing can be made out, since a row of theirs cannot be read, a duty tells staff. The first calls
    of new alerts are left to `escalation` at once; should that fail, the next sweep does it.
    """
    series, opened = Series(), list[DueKey]()
    for key in task.rows:
        community, person = (key.pk, "") if key.kind == EVERYBODY else StateRow.key.parts(key)
        with series.attempt("person", f"{person}:{to_text(task.at)}", community=community) as attempt:
            outcome = _carried_out(key, community, person, task.at)
            attempt.outcome = outcome if isinstance(outcome, str) else "opened"
            opened += [outcome] if isinstance(outcome, DueKey) else []
    leave("escalation", due_tasks(opened, task.at, direct=True))
    if series.failed:
        raise Unavailable("people_left", {"failed": series.failed, "of": len(task.rows)})
    return next((each for each in MOST_SAID if each in series.outcomes), "nothing_due")


def _carried_out(key: DueKey, community: str, person: str, now: datetime) -> str | DueKey:
    if key.kind == EVERYBODY:
        _spread(key, now)
        return "spread"
    return until_it_holds(lambda: _judge_if_readable(community, person, now))


def _spread(key: DueKey, now: datetime) -> None:
    """Leave the tasks for some people of a community, and one for the rest of them."""
    community = key.pk
    people = watching.people_after(community, key.sk, AT_ONCE)
    rows = [
        DueKey(pk=pk, sk=sk, kind="watch_state")
        for pk, sk in (StateRow.key(community, each) for each in people)
    ]
    rest = [everybody(community, people[-1])] if len(people) == AT_ONCE else []
    leave("idle_alert", [*due_tasks(rows, now, direct=True), *due_tasks(rest, now, direct=True)])


def _judge_if_readable(community: str, person: str, now: datetime) -> str | DueKey:
    """The outcome, or the new alert; `cannot_judge` when their rows cannot be read."""
    try:
        return _judge(community, person, now)
    except ValidationError:
        transaction = Transaction()
        words = "what is kept of them cannot be read: look in person, and tell operations"
        tending.raise_duty(transaction, community, person, "cannot_judge", words=words, now=now)
        watching.put_off(transaction, community, person, now + AGAIN)
        transaction.commit()
        return "cannot_judge"


def _judge(community: str, person: str, now: datetime) -> str | DueKey:
    """The outcome, or the new alert."""
    try:
        vigil = watching.load(community, person)
    except NotFound:
        return "not_watched"
    if vigil.open_alert is not None:
        return "open_already"
    judgement = judged(vigil.state, vigil.watch, vigil.setting, now)
    if judgement.reason is not None:
        return _open(vigil, judgement.reason, judgement.words, now)
    if judgement.verdict == "ask":
        _ask(vigil, judgement.words, now)
        return "asked"
    if vigil.listed_at == vigil.due_at:
        return "nothing_due"
    watching.write(vigil, vigil.state)  # the settings allow more now, or less
    return "postponed"


def _open(vigil: Vigil, reason: AlertReason, words: str, now: datetime) -> DueKey:
    community, person = vigil.watch.community, vigil.watch.person
    cause = f"idle_alert/{community}/{person}/{vigil.version}"
    words = "; ".join([words, *_doubts(vigil)])
    transaction = Transaction()
    alert = calling.opening(
        transaction, vigil.setting.policy, vigil.watch, reason=reason, words=words, now=now, cause=cause
    )
    watching.hold(transaction, community, person, alert.alert, now, as_read=vigil)
    transaction.commit()
    return due_alert(calling.ALERTS, alert)


def _doubts(vigil: Vigil) -> list[str]:
    """What the person's sensors have said that cannot be believed, in words: they were not silent."""
    keys = {SensorRow.key(vigil.watch.community, each.device): each.device for each in vigil.watch.sensors}
    rows = readable(keys) if keys else Rows()
    known = [(device, row.doubt) for key, device in keys.items() if (row := rows.one(SensorRow, key))]
    zone = vigil.setting.zone
    return [
        f"{spoke(device, doubt)}, last {doubt.last_at.astimezone(zone):%a %d %b %H:%M}"
        for device, doubt in known
        if doubt is not None
    ]


def _ask(vigil: Vigil, words: str, now: datetime) -> None:
    transaction = Transaction()
    watching.join(transaction, vigil, asked_after(vigil.state))
    community, person = vigil.watch.community, vigil.watch.person
    tending.raise_duty(transaction, community, person, "forgotten_away", words=words, now=now)
    transaction.commit()
