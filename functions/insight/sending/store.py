"""Hands over what waits for a subscription, by one task at a time for each."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import random
from typing import Any, Literal

from pynamodb.expressions.update import Action

from functions.insight.sending.domain import Failed, Line, delivered, failed
from functions.insight.subscriptions import store as subscriptions
from functions.insight.subscriptions.models import Trouble
from functions.insight.subscriptions.offers import still_shown
from functions.insight.subscriptions.rows import DeliveryRow, LineRow, SubscriptionRow, WaitingRow
from functions.insight.subscriptions.schedule import RESTS, rest
from functions.insight.subscriptions.tasks import leave_to_send
from linli.aws import answering
from linli.due import due
from linli.errors import NotFound
from linli.instants import to_text
from linli.keys import RowKey
from linli.observability import Series
from linli.posting import NotSent, Post, signing_time
from linli.tables import ConditionsFailed, Contended, Row, change, find, read, until_it_holds
from linli.vocabulary.insight import PauseReason
from linli.webhooks import Outgoing, signed

MOST_A_TASK, LONGEST_TASK_S = 20, 25
HELD_FOR = timedelta(seconds=90)  # longer than a function runs
MOST_A_RUN = 500
Outcome = Trouble | Literal["delivered", "given_up", "nothing_due"]
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


def leave_due(now: datetime) -> str:
    """Leave a task for each subscription for which something has waited. Returns the outcome."""
    found = [LineRow.key.parts(row) for row in due(LineRow, now, MOST_A_RUN)]
    for community, subscription in found:
        leave_to_send(community, subscription)
    return "left" if found else "nothing_due"


def send(community: str, subscription: str, now: datetime) -> str:
    """Send what is due for a subscription. Returns the outcome. Raises Unavailable."""
    with answering():
        return _send(community, subscription, now)


def _send(community: str, subscription: str, now: datetime) -> str:
    line = _taken(community, subscription, now)
    if line is None:
        return "nothing_due"
    key = SubscriptionRow.key(community, subscription)
    row = read([key]).one(SubscriptionRow, key)
    if row is None:
        return "gone"
    may_be_told = row.state == "active" and subscriptions.may_be_told(row)
    if not may_be_told:
        over = row.state != "active" or _paused(row, "maker", now)
        _let_go(line, _state_of(line), now, over=over)
        return "paused"
    state = Round(row, _state_of(line), now).send()
    over = state.paused is not None and _paused(row, state.paused, now)
    _let_go(line, state, now, over=over)
    return "paused" if state.paused else "rests" if state.rests_until else "sent"


def _taken(community: str, subscription: str, now: datetime) -> LineRow | None:
    """Take the line for this task alone; None while another has it, it rests, or nothing waits."""
    line = LineRow(*LineRow.key(community, subscription))
    free = Row.pk.exists() & LineRow.due_at.exists()
    free &= LineRow.held_until.does_not_exist() | (LineRow.held_until <= now)
    free &= LineRow.rests_until.does_not_exist() | (LineRow.rests_until <= now)
    try:
        change(line, [LineRow.held_until.set(now + HELD_FOR)], free)
    except (ConditionsFailed, Contended):
        return None
    return find(LineRow, (line.pk, line.sk))


def _state_of(line: LineRow) -> Line:
    return Line(int(line.failures), line.failing_since, line.failed_at, line.delivered_at)


@dataclass(slots=True)
class Round:
    """What one task sends to one receiver, and how that is doing meanwhile."""

    row: SubscriptionRow
    line: Line
    now: datetime
    post: Post = field(default_factory=lambda: Post(retries=0))

    def send(self) -> Line:
        """Send what is due, as long as its receiver is well and there is time."""
        community, subscription = SubscriptionRow.key.parts(self.row)
        until, series = time.monotonic() + LONGEST_TASK_S, Series()
        for each in self._waiting(community, subscription):
            if not self.line.goes_on or time.monotonic() > until:
                break
            *_, name = WaitingRow.key.parts(each)
            named = f"{subscription}/{name}:{to_text(self.now)}"
            with series.attempt("deliver", named, community=community) as attempt:
                attempt.outcome = self._delivered(each, DeliveryRow.key(community, subscription, name))
        if series.failed:  # for whatever reason: not at once again and again
            wait = rest(len(RESTS), random())  # noqa: S311  nothing secret hangs on it
            return replace(self.line, rests_until=self.now + wait)
        return self.line

    def _waiting(self, community: str, subscription: str) -> list[WaitingRow]:
        due_now = WaitingRow.sk < to_text(self.now + timedelta(milliseconds=1))
        partition = WaitingRow.key.partition(community, subscription)
        return list(
            WaitingRow.query(
                partition, due_now, limit=MOST_A_TASK, page_size=MOST_A_TASK, consistent_read=True
            )
        )

    def _delivered(self, waiting: WaitingRow, key: RowKey) -> Outcome:
        """Try one delivery. Returns the outcome."""
        found = read([key]).one(DeliveryRow, key)
        if found is None or found.state != "waiting":
            waiting.delete()
            return "nothing_due"
        body = still_shown(found.body, self.row.permissions)
        if body is None:
            _over(found, waiting, [DeliveryRow.state.set("failed"), DeliveryRow.trouble.set("not_permitted")])
            return "not_permitted"
        try:
            status = self.post.hand_over(_request(self.row, body, key[1]))
        except NotSent as error:
            return self._failed(found, waiting, Failed(error.why, error.status, error.retry_after_s))
        done = [DeliveryRow.state.set("delivered"), DeliveryRow.trouble.remove(), *_status(status)]
        _over(found, waiting, [*done, *_one_more(found), DeliveryRow.tried_at.set(self.now)])
        self.line = delivered(self.line, self.now)
        return "delivered"

    def _failed(self, found: DeliveryRow, waiting: WaitingRow, how: Failed) -> Outcome:
        chance, now = random(), self.now  # noqa: S311  nothing secret hangs on it
        self.line, fate = failed(self.line, int(found.tries), how, now, chance)
        said = [DeliveryRow.trouble.set(how.trouble), *_status(how.status), DeliveryRow.tried_at.set(now)]
        if not fate.counts:
            _note(found, said)
        elif fate.wait is None:
            _over(found, waiting, [*said, *_one_more(found), DeliveryRow.state.set("failed")])
            return "given_up"
        else:
            again = now + fate.wait
            subscriptions.waiting((found.pk, found.sk), again, now).save()
            _note(found, [*said, *_one_more(found), DeliveryRow.next_at.set(again)])
            waiting.delete()
        return how.trouble


def _one_more(row: DeliveryRow) -> list[Action]:
    return [DeliveryRow.tries.set(int(row.tries) + 1)]


def _over(row: DeliveryRow, waiting: WaitingRow, said: list[Action]) -> None:
    """A delivery waits no more; what it has come to is noted first, so that it is not sent again."""
    _note(row, [*said, DeliveryRow.next_at.remove()])
    waiting.delete()


def _status(status: int | None) -> list[Action]:
    return [DeliveryRow.status.remove() if status is None else DeliveryRow.status.set(status)]


def _note(row: DeliveryRow, said: list[Action]) -> None:
    """Note how it went, unless the row's time is over."""
    with suppress(ConditionsFailed):
        change(row, said, Row.pk.exists())


def _request(row: SubscriptionRow, body: dict[str, Any], delivery: str) -> Outgoing:
    """The request, signed with the time of sending. The body is the same on every attempt."""
    text, at = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), signing_time()
    headers = signed(delivery, text, subscriptions.secrets_in_force(row, at), at)
    return Outgoing(str(row.url), {**headers, "content-type": CONTENT_TYPE}, text)


def _paused(row: SubscriptionRow, why: PauseReason, now: datetime) -> bool:
    """Pause it, unless somebody has changed it meanwhile: then it is tried again, as it is now."""
    try:
        subscriptions.pause(row, why, now)
    except (ConditionsFailed, Contended):
        return False
    return True


def _let_go(line: LineRow, state: Line, now: datetime, *, over: bool) -> None:
    """Say how a receiver is doing, and when its line is looked at next: where it is `over`, once something
    more has come to wait, or somebody resumes it. Raises Unavailable.
    """
    community, subscription = LineRow.key.parts(line)

    def attempt() -> datetime | None:
        marks = find(LineRow, (line.pk, line.sk)).marks  # before what waits is looked at
        is_over = over and marks == line.marks
        at = None if is_over else _next(community, subscription, state.rests_until)
        kept = {
            "rests_until": state.rests_until,
            "failing_since": state.failing_since,
            "failed_at": state.failed_at,
            "delivered_at": state.delivered_at,
        }
        actions: list[Action] = [LineRow.held_until.remove(), LineRow.failures.set(state.failures)]
        for name, value in kept.items():
            path = getattr(LineRow, name)
            actions.append(path.remove() if value is None else path.set(value))
        change(line, [*actions, *LineRow.timing(subscription, at)], LineRow.marks == marks)
        return at

    with suppress(NotFound):  # it has been ended meanwhile
        at = until_it_holds(attempt)
        if at is not None:
            leave_to_send(community, subscription, max(at - now, timedelta()))


def _next(community: str, subscription: str, rests_until: datetime | None) -> datetime | None:
    """When something is due that waits, though not while its receiver rests; None when nothing waits."""
    partition = WaitingRow.key.partition(community, subscription)
    first = next(iter(WaitingRow.query(partition, limit=1, page_size=1, consistent_read=True)), None)
    if first is None:
        return None
    due_at = datetime.fromisoformat(WaitingRow.key.parts(first)[2])
    return max(due_at, rests_until) if rests_until else due_at
