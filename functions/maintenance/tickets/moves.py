"""Commands to a ticket: what each needs, who gives it, and by which policy it is carried out."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.maintenance.deadlines.hours import hours_of
from functions.maintenance.deadlines.models import ClockName
from functions.maintenance.reports.models import Category
from functions.maintenance.tickets.models import Capacity, PauseReason, Text
from linli.calendar import Hours
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.texts import Words
from linli.vocabulary.maintenance import MaintenancePolicy, Priority

Command = Literal[
    "dispatch", "accept", "decline", "reassign", "arrive", "pause", "resume", "finish", "rate", "close",
    "reopen", "cancel", "mark_duplicate", "transfer", "recategorise", "take_back", "warn", "breach", "wait",
    "note",
]  # fmt: skip
NEEDED: dict[Command, tuple[str, ...]] = {
    "dispatch": ("repairer",),
    "pause": ("reason",),
    "rate": ("score", "resolved"),
    "mark_duplicate": ("duplicate_of",),
    "transfer": ("to",),
    "warn": ("clock",),
    "breach": ("clock",),
}
OPTIONAL: dict[Command, tuple[str, ...]] = {
    "reassign": ("repairer",),
    "recategorise": ("kind", "category", "priority"),
}
PARTICULARS = (
    "repairer", "reason", "score", "resolved", "duplicate_of", "to", "clock", "kind", "category", "priority",
)  # fmt: skip


class Move(Contract):
    """A command with what it needs and nothing else.

    `version`: the ticket as the caller saw it; where it is given, any change since is a conflict.
    `recategorise` takes at least one of `category`, `priority` (which else follows from the category) and
    `kind`, of what came in as a complaint and is a repair.
    """

    command: Command
    note: Text = ""
    version: Annotated[int, Field(ge=1)] | None = None
    repairer: Id | None = None
    reason: PauseReason | None = None
    score: Annotated[int, Field(ge=1, le=5)] | None = None
    resolved: bool | None = None
    duplicate_of: Id | None = None
    to: Annotated[Words, Field(max_length=200)] | None = None
    clock: ClockName | None = None
    kind: Literal["repair"] | None = None
    category: Category | None = None
    priority: Priority | None = None

    @model_validator(mode="after")
    def _has_its_particulars(self) -> Self:
        needed, optional = NEEDED.get(self.command, ()), OPTIONAL.get(self.command, ())
        given = {name for name in PARTICULARS if getattr(self, name) is not None}
        if missing := set(needed) - given:
            raise InvalidField("command_needs", command=self.command, fields=sorted(missing))
        if stray := given - set(needed) - set(optional):
            raise InvalidField("command_takes_no", command=self.command, fields=sorted(stray))
        if self.command == "recategorise" and not given:
            raise InvalidField("recategorise_needs")
        return self


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `capacities`: what they are to this ticket; `roles`: what they could be to one."""

    person: str | None
    capacities: frozenset[Capacity]
    roles: frozenset[Capacity] = field(default=frozenset())


SYSTEM = Actor(None, frozenset({"system"}), frozenset({"system"}))


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What moves depend on besides the ticket: the community's policy and the hours that count."""

    policy: MaintenancePolicy
    hours: Hours
    time_zone: str

    def hours_for(self, priority: Priority) -> Hours:
        """The hours that count for another priority than the ticket's."""
        return hours_of(priority, self.policy.hours, self.time_zone)
