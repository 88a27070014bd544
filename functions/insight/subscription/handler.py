"""Subscriptions: make, show, change, a new secret, try, end; which facts there are."""

from typing import Any

from chalice.app import Blueprint

from functions.insight import permissions
from functions.insight.subscription import store
from functions.insight.subscription.models import (
    NewSecret,
    NewSubscription,
    OfferedFacts,
    Rotation,
    SubscriptionPatch,
    Subscriptions,
    Trial,
)
from functions.insight.subscriptions.models import Subscription, Terms
from linli.http import Nothing, Request, route

blueprint = Blueprint(__name__)
ALL = "/communities/{community}/subscriptions"
ONE = ALL + "/{subscription}"


def maker_of(request: Request[Any, Any]) -> store.Maker:
    """Whoever makes or changes a subscription answers for it."""
    return store.Maker(request.person, request.roles)


@route(blueprint, "GET", "/communities/{community}/offered_facts", permissions.READ_SUBSCRIPTIONS)
def list_offered_facts(request: Request[Nothing, Nothing]) -> OfferedFacts:
    """Which facts can be subscribed to, by which permission, and which fields need another one."""
    return store.offered(request.roles)


@route(blueprint, "POST", ALL, permissions.CHANGE_SUBSCRIPTIONS, body=Terms, status=201)
def create_subscription(request: Request[Terms, Nothing]) -> NewSubscription:
    """Have somebody told of facts of this community; the answer holds the secret, this once."""
    return store.create(request.tenant, request.body, maker_of(request), request.creation)


@route(blueprint, "GET", ALL, permissions.READ_SUBSCRIPTIONS)
def list_subscriptions(request: Request[Nothing, Nothing]) -> Subscriptions:
    """The community's subscriptions, and how they are doing."""
    return store.all_of(request.tenant)


@route(blueprint, "GET", ONE, permissions.READ_SUBSCRIPTIONS)
def show_subscription(request: Request[Nothing, Nothing]) -> Subscription:
    """A subscription, and how it is doing."""
    return store.show(request.tenant, request.path["subscription"])


@route(blueprint, "PATCH", ONE, permissions.CHANGE_SUBSCRIPTIONS, body=SubscriptionPatch)
def change_subscription(request: Request[SubscriptionPatch, Nothing]) -> Subscription:
    """Change, pause or resume a subscription; whoever does answers for it."""
    subscription = request.path["subscription"]
    return store.alter(request.tenant, subscription, request.body, maker_of(request), request.now)


@route(blueprint, "POST", ONE + "/secrets", permissions.CHANGE_SUBSCRIPTIONS, body=Rotation, status=201)
def rotate_secret(request: Request[Rotation, Nothing]) -> NewSecret:
    """Give a subscription a new secret, which the answer holds, this once."""
    hours = request.body.overlap_hours
    return store.rotate(request.tenant, request.path["subscription"], hours, request.creation)


@route(blueprint, "POST", ONE + "/trials", permissions.CHANGE_SUBSCRIPTIONS, status=202)
def try_subscription(request: Request[Nothing, Nothing]) -> Trial:
    """Publish a fact that is for this subscription alone."""
    return store.try_out(request.tenant, request.path["subscription"], request.creation)


@route(blueprint, "DELETE", ONE, permissions.END_SUBSCRIPTIONS)
def end_subscription(request: Request[Nothing, Nothing]) -> None:
    """End a subscription: nothing is sent to it any more, nor what has waited."""
    store.end(request.tenant, request.path["subscription"])
