"""What is asked of every service about a person, and what each answers."""

from typing import Annotated, Literal

from pydantic import Field

from linli.contracts import Contract
from linli.events import Fact
from linli.ids import Id
from linli.instants import Instant

Asks = Literal["export", "forgetting"]
State = Literal["waits", "done"]
Waits = Literal["alert_is_open"]
Count = Annotated[int, Field(ge=0)]
Reason = Literal[
    "accounting", "care_record", "consent", "gate_record", "life_and_health", "of_the_community",
    "soon_gone", "version_only",
]  # fmt: skip
"""Why something stays."""


class Trace(Contract):
    """Something of so many characters, or digits, and the mark of it."""

    length: Annotated[int, Field(ge=1, le=200)]
    mark: str


class Traces(Contract):
    """What somebody is called, and how they are reached, for whoever has the key."""

    names: list[Trace] = []
    phones: list[Trace] = []


class Kept(Contract):
    """How many rows of a kind stay, and why."""

    kind: str
    reason: Reason
    rows: Count


class PersonalDataAsked(Fact):
    """Somebody's data in a community is asked for. No name and no phone is in it, but `traces` of them."""

    request: Id
    person: Id
    traces: Traces
    asked_at: Instant
    not_before: Instant

    def entity(self) -> str:
        return f"personal-data/{self.request}"


class PersonalDataAnswered(Fact):
    """What a service has done. `rows`: how many went, were emptied, lost the person's id, name or phone, or
    are in the export, in so many `parts`. `waits_for`: why it cannot yet.
    """

    request: Id
    person: Id
    asked: Asks
    state: State
    waits_for: Waits | None = None
    rows: dict[str, Count] = {}
    kept: list[Kept] = []
    parts: Count = 0

    def entity(self) -> str:
        return f"personal-data/{self.request}"
