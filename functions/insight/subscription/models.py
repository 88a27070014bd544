"""What is asked of subscriptions, and shown of them."""

from typing import Annotated

from pydantic import Field

from functions.insight.subscriptions.models import Facts, Name, Permissions, Subscription, Url
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant


class SubscriptionPatch(Contract):
    """What is to be otherwise; the rest stays. Whoever changes one answers for it from then on.

    `paused`: true tells it nothing for now, false resumes it, with what has waited meanwhile.
    """

    name: Name | None = None
    url: Url | None = None
    facts: Facts | None = None
    permissions: Permissions | None = None
    paused: bool | None = None


class NewSubscription(Subscription):
    """A subscription with its secret, which is shown now and never again."""

    secret: str


class Rotation(Contract):
    """A new secret is wanted. `overlap_hours`: so long the one before signs as well; none where it has got
    into wrong hands.
    """

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class NewSecret(Contract):
    """The secret that signs from now on, which is shown now and never again; till `previous_until` the one
    before signs as well.
    """

    subscription: Id
    secret: str
    previous_until: Instant | None = None


class Trial(Contract):
    """A fact was published that is for this subscription alone: it takes the way of any other."""

    subscription: Id
    type: str


class OfferedFact(Contract):
    """A fact that can be subscribed to. `permission`: without it nothing of it is told. `fields`: those that
    are left out without another permission. `may`: whether the caller has `permission`.
    """

    fact: str
    about: str
    permission: str
    fields: dict[str, str]
    may: bool


class OfferedFacts(Contract):
    """All facts that can be subscribed to."""

    items: list[OfferedFact]


class Subscriptions(Contract):
    """All subscriptions of a community."""

    items: list[Subscription]
