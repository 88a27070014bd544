"""Onboard: parse → create once."""

from chalice.app import Blueprint

from functions.directory.onboard import store
from functions.directory.onboard.models import Onboard, Onboarded
from linli.invocations import invocation

blueprint = Blueprint(__name__)


@invocation(blueprint, Onboard)
def onboard(asked: Onboard) -> Onboarded:
    """A property company signs up."""
    return store.save(asked)
