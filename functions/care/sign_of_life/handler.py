"""Sign of life: a gate or a meter tells → the deadlines of those it is about move."""

from chalice.app import Blueprint

from functions.care.intake.signs import store as signs
from functions.care.sign_of_life import store
from functions.care.sign_of_life.domain import sign_of
from linli.queues import Received, bus_queue
from linli.vocabulary.access import GatePassed
from linli.vocabulary.utilities import UseObserved

blueprint = Blueprint(__name__)


@bus_queue(blueprint)
def sign_of_life(received: Received[GatePassed | UseObserved]) -> str:
    """Somebody passed a gate, or something was used in a home."""
    match received.fact:
        case GatePassed(person=str(person)) as fact:
            people = [person]
        case UseObserved() as fact:
            people = store.living_in(fact.community, fact.home)
        case _:
            return "not_ours"
    sign = sign_of(fact, received.event)
    if sign is None:
        return "not_ours"
    return signs.for_all(fact.community, people, sign).outcome
