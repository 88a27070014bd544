"""Alerts: lists, timelines and answers."""

from dataclasses import dataclass

from functions.care.alert.domain import line, shown
from functions.care.alert.models import AlertShown, Line
from functions.care.calling import store as calling
from functions.care.calling.alerts import Actor, Alert, Answer
from functions.care.calling.parties import capacity_of
from functions.care.calling.rows import AlertRow
from functions.care.calling.store import ALERTS, Case
from functions.care.timeline.models import Capacity
from functions.care.timeline.rows import EntryRow
from linli.cursors import Page, PageQuery, page_of
from linli.errors import NotFound
from linli.escalation import answering
from linli.escalation import store as escalation
from linli.escalation.alerts import Step
from linli.escalation.rows import QueueRow, archive, staff_queue
from linli.idempotency import Creation


def listed(community: str, shelf: str, query: PageQuery) -> Page[AlertShown]:
    """Alerts that are open, those nobody has answered first; or those that are over, the newest first."""
    closed = shelf == "closed"
    partition = archive(community) if closed else staff_queue(community)
    return page_of(QueueRow.by_queue, partition, query, _listed, newest_first=closed)


def _listed(row: QueueRow) -> AlertShown | None:
    return shown(row.alert, None) if isinstance(row, AlertRow) else None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks; `staff`: as what, if they look after people here."""

    person: str
    staff: Capacity | None


def _case(community: str, alert: str, asker: Asker) -> tuple[Case, Actor]:
    """An alert and what the asker is to it. Raises NotFound also when it is none of their business."""
    case = calling.load(community, alert)
    capacity = capacity_of(asker.person, case.alert.person, case.watch, asker.staff)
    if capacity is None:
        raise NotFound
    return case, Actor(asker.person, capacity)


def find(community: str, alert: str, asker: Asker) -> AlertShown:
    """One alert. Raises NotFound also when it is none of the asker's business."""
    case, actor = _case(community, alert, asker)
    return shown(case.alert, actor)


def timeline(community: str, person: str, query: PageQuery) -> Page[Line]:
    """A person's timeline, the newest line first."""
    partition = EntryRow.key.partition(community, person)
    return page_of(EntryRow, partition, query, lambda row: line(row.entry), newest_first=True)


def answer(community: str, alert: str, asker: Asker, said: Answer, creation: Creation) -> AlertShown:
    """Somebody answers. Raises NotFound, Forbidden and NotNow as `answering.answered`.

    A request that has gone through and is sent again is answered as it was.
    """

    def attempt() -> tuple[Step[Alert], Actor]:
        case, actor = _case(community, alert, asker)
        step = answering.answered(case.alert, said, actor, case.setting, creation.at)
        return escalation.save(ALERTS, step, case.alert, creation.attempt, creation.claim), actor

    def again(_: str) -> tuple[Step[Alert], Actor]:
        case, actor = _case(community, alert, asker)
        return Step.on(case.alert, creation.at), actor

    step, actor = creation.once(attempt, again, escalation.RACES)
    escalation.hand_over(ALERTS, step)
    return shown(step.alert, actor)
