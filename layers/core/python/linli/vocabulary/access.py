"""access: facts about gates, and what a community may set."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from linli.events import Fact
from linli.ids import Id
from linli.instants import Instant
from linli.personal.models import PersonalDataAnswered
from linli.policies import Policy

Passback = Literal["off", "soft", "hard"]


class AccessPolicy(Policy):
    """Gates and credentials.

    `face_threshold`: the score from 0 to 1 below which a face is no match. `retention_days`: how long passes
    can be read. `qr_seconds`: how long a resident's own QR code lives. `invitation_hours`: the longest window
    of a visitor. `passback`: the anti-passback (反潜回) mode per area; `soft` notes what `hard` refuses.
    """

    PART = "access"
    face_threshold: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.80")
    retention_days: Annotated[int, Field(ge=1, le=180)] = 30
    qr_seconds: Annotated[int, Field(ge=15, le=600)] = 60
    health_code_required: bool = False
    invitation_hours: Annotated[int, Field(ge=1, le=168)] = 72
    passback: Annotated[dict[Id, Passback], Field(max_length=100)] = {}


class GatePassed(Fact):
    """A gate was told to let somebody pass; `person` is None for visitors and vehicles of visitors."""

    TYPE = "linli.access.gate_passed.v1"
    gate: Id
    area: Id
    direction: Literal["in", "out"]
    person: Id | None
    passed_at: Instant
    offline: bool

    def entity(self) -> str:
        return self.gate


class GateAlarmRaised(Fact):
    """A gate was forced or is held open."""

    TYPE = "linli.access.gate_alarm_raised.v1"
    gate: Id
    alarm: Literal["forced", "held_open"]
    occurred_at: Instant

    def entity(self) -> str:
        return self.gate


class GateAlarmEnded(Fact):
    """A gate that was held open has closed. That it was forced is not undone by closing it."""

    TYPE = "linli.access.gate_alarm_ended.v1"
    gate: Id
    alarm: Literal["held_open"]
    ended_at: Instant

    def entity(self) -> str:
        return self.gate


class AccessAnswered(PersonalDataAnswered):
    """What access has done about a person's data."""

    TYPE = "linli.access.personal_data_answered.v1"
