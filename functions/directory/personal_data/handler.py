"""Personal data: go through the directory's rows for one person; keep what all services answer."""

from datetime import datetime

from chalice.app import Blueprint

from functions.directory.requests import store as requests
from linli.personal.store import see_to
from linli.queues import Received, bus_queue
from linli.vocabulary.directory import DirectoryAnswered, PersonExportAsked, PersonForgettingAsked

blueprint = Blueprint(__name__)
Told = PersonExportAsked | PersonForgettingAsked | requests.Answering


@bus_queue(blueprint, batch_size=1, timeout_s=120)
def personal_data(received: Received[Told]) -> str:
    """What is asked of the directory itself, and what each service has answered."""
    match received.fact:
        case PersonExportAsked() | PersonForgettingAsked():
            return see_to(received, lambda said: DirectoryAnswered(**said), _leave)
        case _:
            return requests.note_answer(received.fact, received.delivery.first_at)


def _leave(community: str, person: str, now: datetime) -> None:
    """The membership ended when it was asked for; should that have been cut short, it does now."""
    requests.leave(community, person, now)
