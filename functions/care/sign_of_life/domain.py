"""What facts of other services say of whom."""

from functions.care.signals import SENSOR_KINDS, Sign
from linli.events import Event, GatePassed, UseObserved


def sign_of(fact: GatePassed | UseObserved, event: Event) -> Sign | None:
    """The sign in a fact, or None when it is none of a person that we know: a visitor's pass, heat."""
    key = f"{event.source}:{event.id}"
    came_in = None
    match fact:
        case GatePassed(person=None):
            return None
        case GatePassed():
            kind, at, came_in = f"gate_{fact.direction}", fact.passed_at, event.time
        case UseObserved():
            kind, at = fact.medium, fact.since
    if kind not in SENSOR_KINDS:
        return None
    return Sign(kind=kind, at=min(at, event.time), key=key, came_in=came_in)
