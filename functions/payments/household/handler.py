"""Household: keep who lives where."""

from chalice.app import Blueprint

from functions.payments.household import store
from linli.queues import Received, bus_queue
from linli.vocabulary.directory import MembershipChanged

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def household(received: Received[MembershipChanged]) -> str:
    """Somebody moved in, moved, or left."""
    return store.remember_home(received.fact)
