"""What is asked about a person's data, and how far it is."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.personal.models import Asks, Kept, Waits
from linli.told import Told

Progress = Literal["asked", "waits", "done"]


class Answer(Contract):
    """What a service has answered; in how many `parts` its share of a copy is."""

    state: Progress = "asked"
    waits_for: Waits | None = None
    rows: dict[str, int] = {}
    kept: list[Kept] = []
    parts: int = 0


class Answers(Contract):
    """The answers of all services, by their names."""

    by: dict[str, Answer] = {}

    @property
    def are_all_in(self) -> bool:
        """Whether nobody has still to answer."""
        return all(each.state == "done" for each in self.by.values())


class KeptShown(Contract):
    """What stays: so many `rows` of a `kind`, and by which `law`."""

    kind: str
    rows: int
    reason: str
    law: Told


class ServiceShown(Contract):
    """How far a service is. `rows`: how many went (`gone`), lost the id, name or phone (`unnamed`), were
    `emptied`, or were `exported`. `waits_for`: what has to be over first.
    """

    service: str
    state: Progress
    waits_for: Waits | None = None
    rows: dict[str, Annotated[int, Field(ge=0)]]
    kept: list[KeptShown]


class PersonalRequest(Contract):
    """A request for a copy, or to be forgotten. Services begin at `begins_at`. `url`: where the copy can be
    fetched, for five minutes; ask again for another. It is there until `expires_at`.
    """

    request: Id
    community: Id
    asked: Asks
    state: Literal["asked", "done"]
    asked_at: Instant
    begins_at: Instant
    ended_at: Instant | None = None
    expires_at: Instant | None = None
    url: str | None = None
    services: list[ServiceShown]


class PersonalRequests(Contract):
    """All of a person's, of which there are few."""

    items: list[PersonalRequest]


class RequestNoted(Contract):
    """Who asked for what and when, and when it was done; of whom, is not kept.

    `by`: themself, or the manager who wrote it down.
    """

    request: Id
    asked: Asks
    by: str
    asked_at: Instant
    ended_at: Instant | None
