"""When a request about somebody's data begins, who answers it, and when it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.directory.requests.models import Answer, Answers
from linli.personal.models import Asks, PersonalDataAnswered

# A token opens what it did for five minutes after its roles have gone (linli.http); then a request may run.
TOKENS_END_AFTER = timedelta(minutes=5, seconds=30)
COPY_KEPT = timedelta(days=7)
FORGETTING_KEPT = timedelta(days=40)  # longer than a table can be restored to: 35 days


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for what: `by` is the person themself, or the manager who writes it down.

    `again`: what was done already is to be done once more, since a table was restored.
    """

    asks: Asks
    community: str
    person: str
    by: str
    again: bool = False


def begins_at(asks: Asks, now: datetime) -> datetime:
    """When services begin: at once with a copy; with forgetting when nobody can write as the person."""
    return now + TOKENS_END_AFTER if asks == "forgetting" else now


def kept_until(asks: Asks, now: datetime) -> datetime:
    """Until when a request is shown: a copy as long as it is there; who is forgotten, as long as an older
    state of a table may come back and they have to be forgotten once more.
    """
    return now + (COPY_KEPT if asks == "export" else FORGETTING_KEPT)


def nobody_yet(services: Iterable[str]) -> Answers:
    """What everybody has still to answer."""
    return Answers(by={service: Answer() for service in sorted(services)})


def with_answer(standing: Answers, service: str, told: PersonalDataAnswered) -> Answers:
    """The answers with one more; a done one stays, whatever comes late."""
    if standing.by.get(service, Answer()).state == "done":
        return standing
    answer = Answer(
        state=told.state, waits_for=told.waits_for, rows=told.rows, kept=told.kept, parts=told.parts
    )
    return Answers(by=standing.by | {service: answer})


def is_last_manager(person: str, managers: Iterable[str]) -> bool:
    """Whether a community would be left without anybody to run it."""
    return set(managers) == {person}
