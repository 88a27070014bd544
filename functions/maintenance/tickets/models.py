"""A ticket: what was reported, how far it has come, and what it is waiting for."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from functions.maintenance.deadlines.models import Clocks
from functions.maintenance.escalations.models import Need
from functions.maintenance.reports.categories import TRADES
from functions.maintenance.reports.models import (
    Category,
    Description,
    Kind,
    Missing,
    Skill,
    Source,
    Whereabouts,
)
from linli.contracts import Contract
from linli.ids import Id
from linli.instants import Instant
from linli.texts import Remark
from linli.vocabulary.maintenance import Priority

State = Literal[
    "submitted", "dispatched", "accepted", "arrived", "paused", "done", "rated", "closed",
    "declined", "reassigned", "reopened", "cancelled", "duplicate_of", "transferred",
]  # fmt: skip
WAITING: frozenset[State] = frozenset({"submitted", "declined", "reassigned", "reopened"})
HELD: frozenset[State] = frozenset({"dispatched", "accepted", "arrived", "paused"})
OPEN = WAITING | HELD
FINISHED: frozenset[State] = frozenset({"done", "rated", "closed"})
DROPPED: frozenset[State] = frozenset({"cancelled", "duplicate_of", "transferred"})

Shelf = Literal["waiting", "working", "over"]
Capacity = Literal["reporter", "repairer", "manager", "system"]
PauseReason = Literal["awaiting_parts", "resident_absent", "no_access", "weather", "outside_works"]
Text = Annotated[Remark, Field(max_length=1000)]
SATISFIED = 4  # of five stars


class Pause(Contract):
    """Why the clocks stand still (only these reasons stop them), since when, and in which state."""

    reason: PauseReason
    since: Instant
    state: State


class Rating(Contract):
    """What the reporter thinks: whether it is mended, and one to five stars."""

    resolved: bool
    score: Annotated[int, Field(ge=1, le=5)]
    rated_at: Instant


class Ticket(Contract):
    """The whole of a ticket. `version` counts its transitions; `month` is where its rates are counted.

    `passed_over` have declined in this round of offers; `rounds`: how often everybody who was free has.
    `media_urls`: where a hotline says that pictures are. `missing`: what of the place the directory and the
    registry know nothing of. `reopened_at`: when a closed case began anew; its clocks count from then.
    """

    ticket: Id
    community: Id
    kind: Kind
    category: Category
    priority: Priority
    description: Description
    building: Id | None = None
    unit: Id | None = None
    source: Source = "person"
    reported_by: Id | None = None
    hotline: Id | None = None
    whereabouts: Whereabouts | None = None
    media_urls: list[str] = []
    asset: Id | None = None
    fault: Id | None = None
    missing: list[Missing] = []
    month: str
    created_at: Instant
    reopened_at: Instant | None = None
    changed_at: Instant
    state: State = "submitted"
    version: Annotated[int, Field(ge=1)] = 1
    repairer: Id | None = None
    passed_over: list[Id] = []
    offer_until: Instant | None = None
    dispatch_at: Instant | None = None
    told_nobody_free: bool = False
    rounds: Annotated[int, Field(ge=0)] = 0
    closes_at: Instant | None = None
    clocks: Clocks = {}
    pause: Pause | None = None
    rating: Rating | None = None
    duplicate_of: Id | None = None
    transferred_to: str | None = None

    @field_validator("pause")
    @classmethod
    def _is_of_a_paused_ticket(cls, pause: Pause | None, told: ValidationInfo) -> Pause | None:
        """Rows of before 2026-11-27 may hold the pause of a ticket that has left since."""
        return pause if told.data.get("state") == "paused" else None

    @property
    def skill(self) -> Skill | None:
        """What a repairer must be able to do; complaints and enquiries are answered by managers."""
        return TRADES[self.category].skill if self.kind == "repair" else None

    @property
    def holder(self) -> str | None:
        """The repairer who has it in hand, offered or accepted: it counts towards their load."""
        return self.repairer if self.kind == "repair" and self.state in HELD else None

    @property
    def began_at(self) -> datetime:
        """From when on its clocks count: the report, or the reopening of a case that was over."""
        return self.reopened_at or self.created_at

    @property
    def needs(self) -> frozenset[Need]:
        """What staff have to be told of: nobody has it, or it is late with one of its clocks."""
        if self.state not in OPEN:
            return frozenset()
        late: set[Need] = {name for name, clock in self.clocks.items() if clock.breached and not clock.met_at}
        nobody: set[Need] = {"no_repairer"} if self.told_nobody_free and self.state in WAITING else set()
        return frozenset(late | nobody)

    @property
    def locks(self) -> tuple[str, str] | None:
        """The asset and fault that no other open ticket may be about."""
        if self.asset is None or self.fault is None or self.state not in OPEN:
            return None
        return self.asset, self.fault

    @property
    def shelf(self) -> Shelf:
        """Which of the community's lists it is on."""
        return "waiting" if self.state in WAITING else "working" if self.state in HELD else "over"

    @property
    def due_at(self) -> datetime | None:
        """When the sweep has to look at it next, or never."""
        if self.state in FINISHED | DROPPED:
            return self.closes_at if self.state in {"done", "rated"} else None
        if self.state == "paused":
            return None
        waiting_for = [self.dispatch_at if self.state in WAITING else None]
        waiting_for += [self.offer_until if self.state == "dispatched" else None]
        waiting_for += [clock.next_at for clock in self.clocks.values()]
        return min((at for at in waiting_for if at is not None), default=None)


class Correction(Contract):
    """What a ticket was taken for, and what it is."""

    kind: Kind
    category: Category
    priority: Priority


class Entry(Contract):
    """One line of the timeline (时间线), which the resident sees: who did what, when, and what they said.

    `was`: what it was taken for before it was put right.
    """

    version: int
    command: str
    state: State
    by: Capacity
    person: Id | None = None
    note: str = ""
    was: Correction | None = None
    at: Instant
