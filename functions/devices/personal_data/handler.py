"""Personal data: go through all rows of this service for one person → tell what was done."""

from chalice.app import Blueprint

from linli.personal.store import see_to
from linli.queues import Received, bus_queue
from linli.vocabulary.devices import DevicesAnswered
from linli.vocabulary.directory import PersonExportAsked, PersonForgettingAsked

blueprint = Blueprint(__name__)


@bus_queue(blueprint, batch_size=1, timeout_s=120)
def personal_data(received: Received[PersonExportAsked | PersonForgettingAsked]) -> str:
    """Somebody asks for their data, or to be forgotten."""
    return see_to(received, lambda said: DevicesAnswered(**said))
