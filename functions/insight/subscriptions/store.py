"""Subscriptions as they are kept, and what waits for them."""

from datetime import datetime

from pynamodb.expressions.update import Action

from functions.insight.subscriptions.offers import may_answer_for
from functions.insight.subscriptions.rows import LineRow, StandingRow, SubscriptionRow, WaitingRow
from functions.insight.subscriptions.tasks import leave_to_send
from linli.instants import to_text
from linli.keys import RowKey
from linli.permissions import Role
from linli.secrets import keyed_digest
from linli.tables import Row, Transaction, as_read, change, read
from linli.vocabulary.insight import PauseReason, SubscriptionPaused
from linli.webhooks import secret_of

KEY, PURPOSE = "credential-key", "subscription"


def of_community(community: str) -> list[SubscriptionRow]:
    """All subscriptions of a community, which are few, as they are now."""
    return list(SubscriptionRow.query(SubscriptionRow.key.partition(community), consistent_read=True))


def secret(community: str, subscription: str, number: int) -> str:
    """A subscription's secret of that number. It is made from the stage's key and kept nowhere."""
    return secret_of(keyed_digest(KEY, PURPOSE, community, subscription, str(number)))


def secrets_in_force(row: SubscriptionRow, now: datetime) -> list[str]:
    """What signs: the newest secret, and the one before while both do."""
    number, (_, subscription) = int(row.secret), SubscriptionRow.key.parts(row)
    numbers = [number]
    numbers += [number - 1] if row.previous_until is not None and row.previous_until > now else []
    return [secret(row.community, subscription, each) for each in numbers]


def may_be_told(row: SubscriptionRow) -> bool:
    """Whether who answers for a subscription may still read all that it is told."""
    key = StandingRow.key(row.community, str(row.maker))
    known = read([key]).one(StandingRow, key)
    return known is None or answers_for(row, known.roles)


def answers_for(row: SubscriptionRow, roles: list[str]) -> bool:
    """Whether somebody with these roles may answer for a subscription."""
    return may_answer_for(row.permissions, Role.known(roles))


def pause(row: SubscriptionRow, why: PauseReason, now: datetime) -> None:
    """Tell a subscription nothing any more. Raises ConditionsFailed, Contended when it has changed."""
    (community, subscription) = SubscriptionRow.key.parts(row)
    transaction = Transaction()
    transaction.update("subscription", row, paused(row, why, now), as_read(SubscriptionRow, row, "version"))
    fact = SubscriptionPaused(community=community, subscription=subscription, why=why, paused_at=now)
    cause = f"subscription/{community}/{subscription}/{int(row.version) + 1}"
    transaction.publish([fact], cause, now)
    transaction.commit()


def paused(row: SubscriptionRow, why: PauseReason, now: datetime) -> list[Action]:
    """What makes a row that of a paused subscription."""
    return [
        SubscriptionRow.state.set("paused"),
        SubscriptionRow.why.set(why),
        SubscriptionRow.paused_at.set(now),
        SubscriptionRow.version.set(int(row.version) + 1),
    ]


def waiting(delivery: RowKey, due_at: datetime, now: datetime) -> WaitingRow:
    """That a delivery is to be tried then."""
    community, _, subscription = delivery[0].split("#")
    key = WaitingRow.key(community, subscription, to_text(due_at), delivery[1])
    return WaitingRow(*key, ttl=WaitingRow.KEPT.until(now))


def wake(community: str, subscription: str, now: datetime, *, afresh: bool = False) -> None:
    """Note that something waits for a subscription, and have it sent unless it is being sent or rests.

    `afresh`: somebody has said that it is well again. Raises ConditionsFailed when it has been ended.
    """
    line = LineRow(*LineRow.key(community, subscription))
    shard = LineRow.timed(subscription, now)["due_shard"]
    since = [LineRow.due_at.set(now), LineRow.due_shard.set(shard)]
    if not afresh:
        since = [LineRow.due_at.set(LineRow.due_at | now), LineRow.due_shard.set(LineRow.due_shard | shard)]
    actions: list[Action] = [*since, LineRow.marks.add(1)]
    if afresh:
        actions += [LineRow.rests_until.remove(), LineRow.failures.set(0), LineRow.failing_since.remove()]
    change(line, actions, Row.pk.exists())
    if not any(until is not None and until > now for until in (line.held_until, line.rests_until)):
        leave_to_send(community, subscription)
