"""What waits for subscriptions, and who has which roles."""

from contextlib import suppress
from datetime import datetime

from functions.insight.delivery.models import DeliveriesAsked
from functions.insight.subscriptions import store as subscriptions
from functions.insight.subscriptions.models import Delivery
from functions.insight.subscriptions.notices import notice_of
from functions.insight.subscriptions.offers import delivery_of, is_told, shown
from functions.insight.subscriptions.rows import DeliveryRow, StandingRow, SubscriptionRow
from functions.insight.subscriptions.schedule import collects
from linli.contracts import shown_as
from linli.cursors import page_of
from linli.errors import Conflict, NotFound, Unavailable
from linli.events import Event, Fact
from linli.messages.gateways import request_of
from linli.messages.sending import channels_of
from linli.pages import Page
from linli.permissions import Role
from linli.posting import NotSent, Post, signing_time
from linli.tables import ConditionsFailed, Contended, Row, Transaction, find, keep_newest, read
from linli.vocabulary.directory import MembershipChanged
from linli.vocabulary.insight import SubscriptionPaused
from linli.words import language_set


def take_in(event: Event, fact: Fact, now: datetime) -> str:
    """Let a fact wait for whoever is told of it. Returns the outcome. Raises Unavailable."""
    told = [row for row in subscriptions.of_community(fact.community) if _is_for(row, fact, now)]
    queued = [_queued(row, event, fact, now) for row in told]
    return "queued" if any(queued) else "duplicate" if queued else "for_nobody"


def _is_for(row: SubscriptionRow, fact: Fact, now: datetime) -> bool:
    _, subscription = SubscriptionRow.key.parts(row)
    return is_told(fact, subscription, row.facts, row.permissions) and collects(
        row.state, row.why, row.paused_at, now
    )


def _queued(row: SubscriptionRow, event: Event, fact: Fact, now: datetime) -> bool:
    """Let a fact wait for a subscription, once. Returns whether it does."""
    community, subscription = SubscriptionRow.key.parts(row)
    key = DeliveryRow.key(community, subscription, delivery_of(event))
    made = DeliveryRow(
        *key,
        type=event.type,
        body=shown(event, fact, row.permissions),
        state="waiting",
        tries=0,
        told_at=event.time,
        next_at=now,
        ttl=DeliveryRow.KEPT.until(now),
    )
    transaction = Transaction()
    transaction.create("delivery", made)
    transaction.put("waiting", subscriptions.waiting(key, now, now))
    with suppress(ConditionsFailed):
        transaction.commit()
        _wake(community, subscription, now, row.state)
        return True
    before = read([key]).one(DeliveryRow, key)
    if before is not None and before.state == "waiting" and not before.tries:
        _wake(community, subscription, now, row.state)  # which may not have been done
    return False


def _wake(community: str, subscription: str, now: datetime, state: str) -> None:
    if state == "active":
        with suppress(ConditionsFailed):  # it has been ended meanwhile
            subscriptions.wake(community, subscription, now)


def keep_standing(fact: MembershipChanged, now: datetime) -> None:
    """Keep somebody's roles, and pause what they may not answer for any more. Raises Unavailable."""
    keep_newest(
        StandingRow(
            *StandingRow.key(fact.community, fact.person),
            roles=fact.roles,
            language=fact.language,
            version=fact.version,
        )
    )
    for row in subscriptions.of_community(fact.community):
        if row.maker == fact.person and row.state == "active" and not subscriptions.may_be_told(row):
            with suppress(ConditionsFailed, Contended):  # whoever was faster; it is judged at sending, too
                subscriptions.pause(row, "maker", now)


def tell_maker(fact: SubscriptionPaused) -> None:
    """Push to who answers for a subscription that it is paused; where that is nobody any more, to managers.

    Raises Unavailable when nobody could be told although there is a way.
    """
    key = SubscriptionRow.key(fact.community, fact.subscription)
    row = read([key]).one(SubscriptionRow, key)
    channels = channels_of(fact.community)
    if row is None or channels.push is None or fact.why == "asked":
        return
    to = _managers(fact.community) if fact.why == "maker" else _maker(row)
    post, told = Post(), 0
    for each in to:
        person, language = StandingRow.key.parts(each)[1], language_set(each.language)
        with suppress(NotSent):
            post.hand_over(request_of(notice_of(fact, person, language), channels.push, signing_time()))
            told += 1
    if to and not told:
        raise Unavailable("messages_left", {"left": len(to)})


def _managers(community: str) -> list[StandingRow]:
    rows = StandingRow.query(StandingRow.key.partition(community))
    return [row for row in rows if Role.MANAGER in Role.known(row.roles)]


def _maker(row: SubscriptionRow) -> list[StandingRow]:
    key = StandingRow.key(row.community, str(row.maker))
    known = read([key]).one(StandingRow, key)
    return [known or StandingRow(*key)]


def deliveries(community: str, subscription: str, asked: DeliveriesAsked) -> Page[Delivery]:
    """What was and is to be told to a subscription, also to one that has been ended, the newest first. Raises
    InvalidCursor.
    """

    def listed(row: DeliveryRow) -> Delivery | None:
        return _shown(row) if asked.state in {None, row.state} else None

    partition = DeliveryRow.key.partition(community, subscription)
    return page_of(DeliveryRow, partition, asked, listed, newest_first=True)


def send_again(community: str, subscription: str, delivery: str, now: datetime) -> Delivery:
    """Let a delivery wait anew. Raises NotFound, and Conflict of a subscription that is paused."""
    of_subscription = SubscriptionRow.key(community, subscription)
    row = find(SubscriptionRow, of_subscription)
    if row.state != "active":
        raise Conflict("subscription_paused")
    key = DeliveryRow.key(community, subscription, delivery)
    found = find(DeliveryRow, key)
    transaction = Transaction()
    anew = [DeliveryRow.state.set("waiting"), DeliveryRow.tries.set(0), DeliveryRow.next_at.set(now)]
    transaction.update("delivery", found, anew, Row.pk.exists())
    transaction.put("waiting", subscriptions.waiting(key, now, now))
    try:
        transaction.commit()
    except ConditionsFailed as error:
        raise NotFound from error
    subscriptions.wake(community, subscription, now, afresh=True)
    return _shown(find(DeliveryRow, key))


def _shown(row: DeliveryRow) -> Delivery:
    *_, delivery = DeliveryRow.key.parts(row)
    return shown_as(
        Delivery,
        row,
        delivery=delivery,
        fact=row.type,
        tries=int(row.tries),
        status=None if row.status is None else int(row.status),
        next_at=row.next_at if row.state == "waiting" else None,
    )
