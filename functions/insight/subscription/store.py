"""Subscriptions, made and changed; where they lead is looked at, here and at each connection."""

import inspect
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from functions.insight.subscription.models import (
    NewSecret,
    NewSubscription,
    OfferedFact,
    OfferedFacts,
    SubscriptionPatch,
    Subscriptions,
    Trial,
)
from functions.insight.subscriptions import store as subscriptions
from functions.insight.subscriptions.models import Subscription, Terms
from functions.insight.subscriptions.offers import OFFERS, check
from functions.insight.subscriptions.rows import LineRow, SubscriptionRow
from linli.addresses import fault_of, place_of
from linli.contracts import shown_as
from linli.errors import Conflict, InvalidRequest, NotFound
from linli.idempotency import Creation
from linli.naming import reaches_anybody
from linli.outbound import NotPublic, addresses_of
from linli.permissions import Role
from linli.tables import ConditionsFailed, Row, Transaction, as_read, find, read, until_it_holds
from linli.vocabulary.insight import SubscriptionTested

MOST = 20  # of a community
Roles = AbstractSet[Role]


@dataclass(frozen=True, slots=True)
class Maker:
    """Who answers for a subscription."""

    person: str
    roles: Roles


def offered(roles: Roles) -> OfferedFacts:
    """All facts that can be subscribed to."""
    items = [
        OfferedFact(
            fact=fact.TYPE,
            about=" ".join((inspect.getdoc(fact) or "").split("\n\n")[0].split()),
            permission=offer.permission.name,
            fields={name: each.name for name, each in offer.fields.items()},
            may=offer.permission.allows(roles),
        )
        for fact, offer in OFFERS.items()
    ]
    return OfferedFacts(items=items)


def create(community: str, terms: Terms, maker: Maker, creation: Creation) -> NewSubscription:
    """Make a subscription. Raises InvalidRequest, Forbidden for what its maker may not read, Conflict when
    there are too many.
    """
    check(terms, maker.roles)
    subscription = creation.once(
        lambda: _create(community, terms, maker.person, creation), lambda earlier: earlier
    )
    made = show(community, subscription)
    return NewSubscription(**made.model_dump(), secret=subscriptions.secret(community, subscription, 1))


def _create(community: str, terms: Terms, maker: str, creation: Creation) -> str:
    if len(subscriptions.of_community(community)) >= MOST:
        raise Conflict("too_many_subscriptions", {"most": MOST})
    _check_address(terms.url)
    transaction = Transaction()
    row = SubscriptionRow(
        *SubscriptionRow.key(community, creation.id),
        **terms.model_dump(),
        maker=maker,
        state="active",
        created_at=creation.at,
        secret=1,
        version=1,
    )
    transaction.create("subscription", row)
    transaction.create("line", LineRow(*LineRow.key(community, creation.id), marks=0, failures=0))
    creation.claim(transaction)
    transaction.commit()
    return creation.id


def _check_address(url: str) -> None:
    """Raise InvalidRequest for an address that we would not send anything to."""
    fault, place = fault_of(url, anywhere=reaches_anybody()), place_of(url)
    if fault == "not_https":
        raise InvalidRequest("address_not_https")
    if fault == "private":
        raise InvalidRequest("address_private")
    if fault is not None or place is None:
        raise InvalidRequest("address_malformed")
    try:
        addresses_of(place.host, place.port)
    except NotPublic as error:
        raise InvalidRequest("address_private") from error
    except (OSError, UnicodeError) as error:
        raise InvalidRequest("address_unknown") from error


def all_of(community: str) -> Subscriptions:
    """The subscriptions of a community."""
    rows = subscriptions.of_community(community)
    keys = [LineRow.key(*SubscriptionRow.key.parts(row)) for row in rows]
    lines = read(keys)
    return Subscriptions(
        items=[_shown(row, lines.one(LineRow, key)) for row, key in zip(rows, keys, strict=True)]
    )


def show(community: str, subscription: str) -> Subscription:
    """One of them. Raises NotFound."""
    key, of_line = SubscriptionRow.key(community, subscription), LineRow.key(community, subscription)
    rows = read([key, of_line])
    row = rows.one(SubscriptionRow, key)
    if row is None:
        raise NotFound
    return _shown(row, rows.one(LineRow, of_line))


def _shown(row: SubscriptionRow, line: LineRow | None) -> Subscription:
    return shown_as(
        Subscription,
        row,
        subscription=row.sk,
        previous_secret_until=row.previous_until,
        delivered_at=line and line.delivered_at,
        failing_since=line and line.failing_since,
        rests_until=line and line.rests_until,
    )


def alter(
    community: str, subscription: str, patch: SubscriptionPatch, who: Maker, now: datetime
) -> Subscription:
    """Change one, for which `who` answers from now on. Raises as `create`, and NotFound."""
    resumed = until_it_holds(lambda: _alter(community, subscription, patch, who, now))
    if resumed:
        subscriptions.wake(community, subscription, now, afresh=True)
    return show(community, subscription)


def _alter(community: str, subscription: str, patch: SubscriptionPatch, who: Maker, now: datetime) -> bool:
    """Returns whether what waits is to be sent, as something may have been mended."""
    row = find(SubscriptionRow, SubscriptionRow.key(community, subscription))
    given = patch.model_dump(exclude_none=True, exclude={"paused"})
    terms = shown_as(Terms, row, **given)
    check(terms, who.roles)
    if terms.url != row.url:
        _check_address(terms.url)
    actions: list[Action] = [
        getattr(SubscriptionRow, name).set(value) for name, value in terms.model_dump().items()
    ]
    actions += [SubscriptionRow.maker.set(who.person)]
    if patch.paused and row.state == "active":
        actions += subscriptions.paused(row, "asked", now)
    else:
        actions += [SubscriptionRow.version.set(int(row.version) + 1)]
    if patch.paused is False:
        actions += [
            SubscriptionRow.state.set("active"),
            SubscriptionRow.why.remove(),
            SubscriptionRow.paused_at.remove(),
        ]
    transaction = Transaction()
    transaction.update("subscription", row, actions, as_read(SubscriptionRow, row, "version"))
    transaction.commit()
    return patch.paused is False or (terms.url != row.url and row.state == "active")


def rotate(community: str, subscription: str, overlap_hours: int, creation: Creation) -> NewSecret:
    """Give one a new secret; the same request, by its key, gets the same. Raises NotFound."""
    until = creation.at + timedelta(hours=overlap_hours) if overlap_hours else None
    number = creation.once(lambda: _rotate(community, subscription, until, creation), lambda earlier: earlier)
    return NewSecret(
        subscription=subscription,
        secret=subscriptions.secret(community, subscription, int(number)),
        previous_until=until,
    )


def _rotate(community: str, subscription: str, until: datetime | None, creation: Creation) -> str:
    row = find(SubscriptionRow, SubscriptionRow.key(community, subscription))
    number = int(row.secret) + 1
    actions: list[Action] = [
        SubscriptionRow.secret.set(number),
        SubscriptionRow.previous_until.set(until) if until else SubscriptionRow.previous_until.remove(),
        SubscriptionRow.version.set(int(row.version) + 1),
    ]
    transaction = Transaction()
    transaction.update("subscription", row, actions, as_read(SubscriptionRow, row, "version"))
    creation.claim(transaction, str(number))
    transaction.commit()
    return str(number)


def try_out(community: str, subscription: str, creation: Creation) -> Trial:
    """Publish a fact for this subscription alone. Raises NotFound, and Conflict of one that is paused."""
    creation.once(lambda: _try_out(community, subscription, creation), lambda earlier: earlier)
    return Trial(subscription=subscription, type=SubscriptionTested.TYPE)


def _try_out(community: str, subscription: str, creation: Creation) -> str:
    row = find(SubscriptionRow, SubscriptionRow.key(community, subscription))
    if row.state != "active":
        raise Conflict("subscription_paused")
    transaction = Transaction()
    transaction.check("subscription", SubscriptionRow, (row.pk, row.sk), SubscriptionRow.state == "active")
    fact = SubscriptionTested(community=community, subscription=subscription, tested_at=creation.at)
    transaction.publish([fact], f"subscription/{community}/{creation.id}", creation.at)
    creation.claim(transaction)
    transaction.commit()
    return creation.id


def end(community: str, subscription: str) -> None:
    """End one, which is over at once for what waits as well; again changes nothing. Raises NotFound."""
    row = SubscriptionRow(*SubscriptionRow.key(community, subscription))
    transaction = Transaction()
    transaction.delete("subscription", row, Row.pk.exists())
    transaction.delete("line", LineRow(*LineRow.key(community, subscription)))
    try:
        transaction.commit()
    except ConditionsFailed as error:
        raise NotFound from error
