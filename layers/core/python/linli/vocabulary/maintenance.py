"""maintenance: facts about repairs, and what a community may set."""

from typing import Annotated, Literal

from pydantic import Field

from linli.calendar import BusinessHours
from linli.contracts import Contract
from linli.events import Fact, Version
from linli.ids import Id
from linli.instants import Instant
from linli.personal.models import PersonalDataAnswered
from linli.policies import Policy

Priority = Literal["emergency", "urgent", "general", "complex"]


Minutes = Annotated[int, Field(ge=1, le=30_000)]


class Targets(Contract):
    """Minutes until a ticket must be responded to, arrived at and resolved: business minutes, unless it is an
    emergency.
    """

    respond_minutes: Minutes
    arrive_minutes: Minutes
    resolve_minutes: Minutes


class EmergencyTargets(Targets):
    """Water, power, lift, gas: somebody is there within 20 minutes, round the clock."""

    respond_minutes: Minutes = 5
    arrive_minutes: Annotated[int, Field(ge=1, le=20)] = 20
    resolve_minutes: Minutes = 120


class UrgentTargets(Targets):
    """What cannot wait for the next day."""

    respond_minutes: Minutes = 15
    arrive_minutes: Minutes = 240
    resolve_minutes: Minutes = 540


class GeneralTargets(Targets):
    """What can."""

    respond_minutes: Minutes = 15
    arrive_minutes: Minutes = 1080
    resolve_minutes: Minutes = 3780


class ComplexTargets(Targets):
    """What needs planning, parts or others."""

    respond_minutes: Minutes = 15
    arrive_minutes: Minutes = 1620
    resolve_minutes: Minutes = 8100


class MaintenancePolicy(Policy):
    """Repairs and hotline requests.

    `emergency`, `urgent`, `general`, `complex`: the targets of a priority; the defaults are 12345's of
    Beijing (answer in 15 minutes, an emergency in 5; life and property 2 hours, utilities a day, general 7
    days, complex 15), a day being nine business hours. `offer_minutes`: how
    long a repairer may think. `most_active`: tickets in one repairer's hands. `rating_days`: how long the
    reporter may rate before a ticket closes by itself. `positions`: where buildings are, metres east and
    north of any one point. `incident_reports` of a category in a building within `incident_minutes` are one
    incident.
    """

    PART = "maintenance"
    emergency: EmergencyTargets = EmergencyTargets()
    urgent: UrgentTargets = UrgentTargets()
    general: GeneralTargets = GeneralTargets()
    complex: ComplexTargets = ComplexTargets()
    hours: BusinessHours = BusinessHours()
    offer_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    most_active: Annotated[int, Field(ge=1, le=20)] = 3
    rating_days: Annotated[int, Field(ge=1, le=30)] = 7
    positions: Annotated[dict[Id, tuple[int, int]], Field(max_length=200)] = {}
    incident_reports: Annotated[int, Field(ge=2, le=20)] = 3
    incident_minutes: Annotated[int, Field(ge=5, le=240)] = 30

    def targets(self, priority: Priority) -> Targets:
        """How soon, for a priority."""
        found: Targets = getattr(self, priority)
        return found


class TicketChanged(Fact):
    """A ticket was opened, moved to another state, became late, or was found to be of another kind.

    `late`: the clocks that ran out and were not met since. `due_at`: when the first of these ran out, or else
    when the next one does. `building`: where, if it was said, and never the home.
    """

    TYPE = "linli.maintenance.ticket_changed.v1"
    ticket: Id
    kind: str
    state: str
    priority: str
    asset: str | None
    changed_at: Instant
    version: Version
    category: str | None = None
    building: Id | None = None
    opened_at: Instant | None = None
    late: list[str] = []
    due_at: Instant | None = None

    def entity(self) -> str:
        return self.ticket


class TicketClockBreached(Fact):
    """A ticket was not responded to, arrived at or resolved in time; `escalated_to` is told."""

    TYPE = "linli.maintenance.ticket_clock_breached.v1"
    ticket: Id
    clock: Literal["respond", "arrive", "resolve"]
    priority: str
    due_at: Instant
    escalated_to: str

    def entity(self) -> str:
        return self.ticket


class MaintenanceAnswered(PersonalDataAnswered):
    """What maintenance has done about a person's data."""

    TYPE = "linli.maintenance.personal_data_answered.v1"
