"""A subscription, and what is delivered to it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from linli.addresses import LONGEST_URL
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.texts import Words
from linli.vocabulary.insight import PauseReason

FactType = Literal[
    "linli.access.gate_alarm_raised.v1",
    "linli.access.gate_alarm_ended.v1",
    "linli.care.alert_opened.v1",
    "linli.care.alert_changed.v1",
    "linli.care.alert_closed.v1",
    "linli.devices.device_registered.v1",
    "linli.devices.device_revoked.v1",
    "linli.devices.device_fault_raised.v1",
    "linli.devices.device_fault_cleared.v1",
    "linli.directory.membership_changed.v1",
    "linli.directory.place_changed.v1",
    "linli.insight.subscription_paused.v1",
    "linli.maintenance.ticket_changed.v1",
    "linli.maintenance.ticket_clock_breached.v1",
    "linli.payments.payment_settled.v1",
    "linli.payments.payment_refunded.v1",
    "linli.payments.refund_stuck.v1",
    "linli.utilities.bill_issued.v1",
    "linli.utilities.meter_signal_raised.v1",
    "linli.utilities.meter_signal_ended.v1",
]
PermissionName = Literal[
    "bills:read-all",
    "care:read-alerts",
    "care:read-watched",
    "community:read",
    "consumption:read-all",
    "devices:read",
    "gates:read",
    "meters:read",
    "payments:read-all",
    "people:read",
    "subscriptions:read",
    "tickets:read-all",
]
Name = Annotated[Words, Field(max_length=100)]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL)]
State = Literal["active", "paused"]


def _once(chosen: list[str]) -> list[str]:
    if len({*chosen}) < len(chosen):
        raise InvalidField("twice")
    return chosen


Facts = Annotated[list[FactType], Field(min_length=1, max_length=40), AfterValidator(_once)]
Permissions = Annotated[list[PermissionName], Field(min_length=1, max_length=40), AfterValidator(_once)]


class Terms(Contract):
    """What is told to whom: `facts` by their types, with those of their fields for which `permissions` are
    enough. Nobody can give a permission that they do not have. `url`: HTTPS, at a public address.
    """

    name: Name
    url: Url
    facts: Facts
    permissions: Permissions


class Subscription(Contract):
    """Somebody outside of Linli who is told facts of a community.

    `maker`: who answers for it; when they may no longer read all of it, it is paused. `why`, `paused_at`: of
    one that is paused. `failing_since`: nothing has got through since. `rests_until`: not tried before.
    `previous_secret_until`: till then the secret of before signs as well.
    """

    subscription: Id
    name: str
    url: str
    facts: list[str]
    permissions: list[str]
    maker: Id
    state: State
    why: PauseReason | None = None
    paused_at: Instant | None = None
    created_at: Instant
    previous_secret_until: Instant | None = None
    delivered_at: Instant | None = None
    failing_since: Instant | None = None
    rests_until: Instant | None = None


DeliveryState = Literal["waiting", "delivered", "failed"]
Trouble = Literal["silent", "busy", "refused", "redirected", "gone", "not_public", "not_permitted"]


class Delivery(Contract):
    """A fact on its way to a subscriber; its name is the `webhook-id`.

    `tries`: answers other than 2xx, and the one that was. `status`, `trouble`: how the last one ended.
    `next_at`: of one that waits, when it is tried again, unless all of the subscription rests.
    """

    delivery: Id
    fact: str
    state: DeliveryState
    tries: int
    told_at: Instant
    tried_at: Instant | None = None
    next_at: Instant | None = None
    status: int | None = None
    trouble: Trouble | None = None
