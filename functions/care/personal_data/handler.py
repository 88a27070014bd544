"""Personal data: end the watch, go through all rows of this service for one person → tell what was done."""

from datetime import datetime

from chalice.app import Blueprint

from functions.care.intake.endings import store as endings
from linli.errors import Conflict
from linli.personal.models import Waits
from linli.personal.store import see_to
from linli.queues import Received, bus_queue
from linli.vocabulary.care import CareAnswered
from linli.vocabulary.directory import PersonExportAsked, PersonForgettingAsked

blueprint = Blueprint(__name__)


@bus_queue(blueprint, batch_size=1, timeout_s=120)
def personal_data(received: Received[PersonExportAsked | PersonForgettingAsked]) -> str:
    """Somebody asks for their data, or to be forgotten."""
    return see_to(received, lambda said: CareAnswered(**said), _end)


def _end(community: str, person: str, now: datetime) -> Waits | None:
    """End their watch. While an alert is open people are on their way to them, who must know to whom."""
    if endings.alert_of(community, person) is not None:
        return "alert_is_open"
    try:
        endings.end(community, person, now)
    except Conflict:
        return "alert_is_open"
    return None
