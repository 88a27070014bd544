"""Which facts others can be told, by which permission, and which of their fields need another one.

A permission has the name and the roles that it has where it is asked for: tests compare. Facts of people's
comings and goings, of what each home used, and of health are not offered.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from functions.insight.permissions import CHANGE_SUBSCRIPTIONS, READ_SUBSCRIPTIONS
from functions.insight.subscriptions.models import Terms
from linli.errors import Forbidden, InvalidRequest
from linli.events import Event, Fact
from linli.instants import to_millis
from linli.permissions import EVERYONE, RUNNING_IT, Permission, Role
from linli.vocabulary.access import GateAlarmEnded, GateAlarmRaised
from linli.vocabulary.care import AlertChanged, AlertClosed, AlertOpened
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised, DeviceRegistered, DeviceRevoked
from linli.vocabulary.directory import MembershipChanged, PlaceChanged
from linli.vocabulary.insight import SubscriptionPaused, SubscriptionTested
from linli.vocabulary.maintenance import TicketChanged, TicketClockBreached
from linli.vocabulary.payments import PaymentRefunded, PaymentSettled, RefundStuck
from linli.vocabulary.utilities import BillIssued, MeterSignalEnded, MeterSignalRaised

CARING = {Role.CAREGIVER, Role.MANAGER}
READ_ALERTS = Permission("care:read-alerts", CARING)
READ_WATCHED = Permission("care:read-watched", CARING)
READ_GATES = Permission("gates:read", RUNNING_IT | {Role.GUARD, Role.REPAIRER})
READ_DEVICES = Permission("devices:read", RUNNING_IT | {Role.GUARD, Role.REPAIRER})
READ_PEOPLE = Permission("people:read", RUNNING_IT)
READ_COMMUNITY = Permission("community:read", EVERYONE | {Role.OFFICIAL})
READ_TICKETS = Permission("tickets:read-all", RUNNING_IT)
READ_PAYMENTS = Permission("payments:read-all", RUNNING_IT)
READ_BILLS = Permission("bills:read-all", RUNNING_IT)
READ_METERS = Permission("meters:read", RUNNING_IT | {Role.REPAIRER})
READ_USE = Permission("consumption:read-all", RUNNING_IT | {Role.REPAIRER})


@dataclass(frozen=True, slots=True)
class Offer:
    """`permission`: without it the fact is not told. `fields`: what is left out without another one."""

    permission: Permission
    fields: Mapping[str, Permission] = field(default_factory=dict)

    @property
    def permissions(self) -> list[Permission]:
        return [self.permission, *self.fields.values()]


OFFERS: dict[type[Fact], Offer] = {
    GateAlarmRaised: Offer(READ_GATES),
    GateAlarmEnded: Offer(READ_GATES),
    AlertOpened: Offer(READ_ALERTS, {"person": READ_WATCHED}),
    AlertChanged: Offer(READ_ALERTS),
    AlertClosed: Offer(READ_ALERTS, {"person": READ_WATCHED, "outcome": READ_WATCHED}),
    DeviceRegistered: Offer(READ_DEVICES),
    DeviceRevoked: Offer(READ_DEVICES),
    DeviceFaultRaised: Offer(READ_DEVICES),
    DeviceFaultCleared: Offer(READ_DEVICES),
    MembershipChanged: Offer(READ_PEOPLE),
    PlaceChanged: Offer(READ_COMMUNITY),
    SubscriptionPaused: Offer(READ_SUBSCRIPTIONS),
    TicketChanged: Offer(READ_TICKETS),
    TicketClockBreached: Offer(READ_TICKETS, {"escalated_to": READ_PEOPLE}),
    PaymentSettled: Offer(READ_PAYMENTS),
    PaymentRefunded: Offer(READ_PAYMENTS),
    RefundStuck: Offer(READ_PAYMENTS),
    BillIssued: Offer(READ_BILLS, {"home": READ_PEOPLE, "payers": READ_PEOPLE}),
    MeterSignalRaised: Offer(READ_METERS, {"home": READ_USE}),
    MeterSignalEnded: Offer(READ_METERS),
}
BY_TYPE = {fact.TYPE: fact for fact in OFFERS}
PERMISSIONS = {each.name: each for offer in OFFERS.values() for each in offer.permissions}


def lacking(terms: Terms) -> tuple[str, str] | None:
    """A fact that none of the permissions is enough for, and the one that it needs."""
    for name in terms.facts:
        needed = OFFERS[BY_TYPE[name]].permission.name
        if needed not in terms.permissions:
            return name, needed
    return None


def check(terms: Terms, roles: AbstractSet[Role]) -> None:
    """Raise Forbidden for a permission that these roles lack, InvalidRequest for a fact without one."""
    not_held = beyond(terms.permissions, roles)
    if not_held:
        raise Forbidden("permission_not_held", {"permission": not_held[0]})
    missing = lacking(terms)
    if missing:
        raise InvalidRequest("fact_needs_permission", {"fact": missing[0], "permission": missing[1]})


def beyond(permissions: Iterable[str], roles: AbstractSet[Role]) -> list[str]:
    """Those of some permissions that these roles do not have, or that are not known here any more."""
    known = ((name, PERMISSIONS.get(name)) for name in permissions)
    return [name for name, each in known if each is None or not each.allows(roles)]


def may_answer_for(permissions: Iterable[str], roles: AbstractSet[Role]) -> bool:
    """Whether somebody with these roles may have a subscription with these permissions."""
    return CHANGE_SUBSCRIPTIONS.allows(roles) and not beyond(permissions, roles)


def is_told(fact: Fact, subscription: str, facts: Iterable[str], permissions: Iterable[str]) -> bool:
    """Whether a subscription is told of a fact."""
    if isinstance(fact, SubscriptionTested):
        return fact.subscription == subscription
    offer = OFFERS.get(type(fact))
    return offer is not None and fact.TYPE in {*facts} and offer.permission.name in {*permissions}


def delivery_of(event: Event) -> str:
    """What a fact is called on its way: a ULID of when it was told, whose other half is a digest of what
    identifies it. The same fact has the same on every attempt, and nobody is named in it.
    """
    from ulid import ULID  # noqa: PLC0415  only what is delivered pays for the import

    digest = sha256(f"{event.source}\x1f{event.id}".encode()).digest()
    return str(ULID.from_bytes(to_millis(event.time).to_bytes(6) + digest[:10])).lower()


def shown(event: Event, fact: Fact, permissions: Iterable[str]) -> dict[str, Any]:
    """The CloudEvent that a subscriber gets: of the fact's fields those that are known here and permitted.

    Its id is that of the delivery, since ours may name whom it is about, and so may what caused it.
    """
    held = {*permissions}
    offer = OFFERS.get(type(fact))
    hidden = {name for name, needed in (offer.fields if offer else {}).items() if needed.name not in held}
    data = fact.model_dump(mode="json", exclude_none=True, exclude=hidden)
    envelope = event.model_dump(mode="json", exclude={"correlationid"})
    return {**envelope, "id": delivery_of(event), "data": data}


def still_shown(body: Mapping[str, Any], permissions: Iterable[str]) -> dict[str, Any] | None:
    """What of a CloudEvent that waits may still be told: nothing, once a permission for it has been taken."""
    if body["type"] == SubscriptionTested.TYPE:
        return dict(body)
    held, fact = {*permissions}, BY_TYPE.get(body["type"])
    if fact is None or OFFERS[fact].permission.name not in held:
        return None
    hidden = {name for name, needed in OFFERS[fact].fields.items() if needed.name not in held}
    return {**body, "data": {name: value for name, value in body["data"].items() if name not in hidden}}
