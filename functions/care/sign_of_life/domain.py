"""What facts of other services say of whom."""

from functions.care.watching.signals import SENSOR_KINDS, Sign
from linli.events import Event
from linli.vocabulary.access import GatePassed
from linli.vocabulary.utilities import UseObserved


def sign_of(fact: GatePassed | UseObserved, event: Event) -> Sign | None:
    """The sign in a fact, or None when it is none of a person: a visitor's pass, heat."""
    key = f"{event.source}:{event.id}"
    match fact:
        case GatePassed(person=None):
            return None
        case GatePassed():
            return Sign(
                kind=f"gate_{fact.direction}", at=min(fact.passed_at, event.time), key=key, came_in=event.time
            )
        case UseObserved():
            known = fact.medium in SENSOR_KINDS
            return Sign(kind=fact.medium, at=min(fact.since, event.time), key=key) if known else None
