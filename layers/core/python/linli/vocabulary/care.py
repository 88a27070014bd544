"""care: facts about people who live alone, and what a community may set."""

from datetime import time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from linli.errors import InvalidField
from linli.events import Fact, Version
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import ClockTime
from linli.messages.rungs import Rung
from linli.personal.models import PersonalDataAnswered
from linli.policies import Policy

Recipient = Literal["person", "contact", "caregiver", "manager"]


class ChainStep(Rung):
    """One step of an escalation: whom to tell, by which channels, how long to wait for an acknowledgement,
    and how often to try again before the next step.
    """

    to: Recipient


def _reaches_staff(chain: list[ChainStep]) -> list[ChainStep]:
    if not any(step.to in {"caregiver", "manager"} for step in chain):
        raise InvalidField("chain_reaches_staff")
    return chain


Chain = Annotated[list[ChainStep], Field(min_length=1, max_length=10), AfterValidator(_reaches_staff)]


class CarePolicy(Policy):
    """Looking after those who live alone.

    A person's own rhythm says how long without a sign of life is usual. `floor_hours`: never less.
    `cap_hours`: never more at home (12 h: Longgang), if a sensor there tells of them. `out_cap_hours`: never
    more out, or where no sensor tells. `default_hours`: until it has learned. `quiet_from`, `quiet_until`:
    local; messages that can wait do in between; where both are the same hour, none does. `chain`: who is
    called, in turn (Jing'an). `snooze_minutes`: the longest. `visit_days`: how often a caregiver visits.
    `forgotten_away_hours`: how long after the end of an absence a word is waited for.
    `emergency_wait_minutes`: between the steps of an emergency, at most. `acknowledged_minutes`: how long who
    acknowledged an alert has before the chain goes on, `answered_minutes` the same once the person has moved.
    """

    PART = "care"
    floor_hours: Annotated[int, Field(ge=1, le=12)] = 2
    cap_hours: Annotated[int, Field(ge=2, le=24)] = 12
    out_cap_hours: Annotated[int, Field(ge=2, le=72)] = 24
    default_hours: Annotated[int, Field(ge=1, le=24)] = 12
    quiet_from: ClockTime = time(22)
    quiet_until: ClockTime = time(7)
    chain: Chain = [
        ChainStep(to="person", channels=["push", "voice"], wait_minutes=5, repeats=1),
        ChainStep(to="contact", channels=["push", "sms", "voice"], wait_minutes=10, repeats=1),
        ChainStep(to="caregiver", channels=["push", "voice", "staff"], wait_minutes=15, repeats=1),
        ChainStep(to="manager", channels=["push", "voice", "staff"], wait_minutes=15, repeats=3),
    ]
    snooze_minutes: Annotated[int, Field(ge=5, le=720)] = 120
    visit_days: Annotated[int, Field(ge=1, le=60)] = 7
    forgotten_away_hours: Annotated[int, Field(ge=1, le=48)] = 3
    emergency_wait_minutes: Annotated[int, Field(ge=1, le=15)] = 2
    acknowledged_minutes: Annotated[int, Field(ge=5, le=240)] = 30
    answered_minutes: Annotated[int, Field(ge=5, le=720)] = 60

    @model_validator(mode="after")
    def _floor_is_below_the_caps(self) -> Self:
        if self.floor_hours > min(self.cap_hours, self.out_cap_hours):
            raise InvalidField("floor_above_cap")
        return self


class WatchChanged(Fact):
    """A home has, or has no longer, somebody who is watched over (关爱对象)."""

    TYPE = "linli.care.watch_changed.v1"
    home: str
    watched: bool
    version: Version

    def entity(self) -> str:
        return self.home


AlertReason = Literal["idle", "not_back", "sos", "cannot_see"]


AlertOutcome = Literal["fine", "sensor", "away", "needs_help", "hospital", "deceased"]


class AlertOpened(Fact):
    """Somebody may need help; one open alert per person. Told again when it becomes graver.

    `version`, of this and of what follows: which word of an alert is the newer.
    """

    TYPE = "linli.care.alert_opened.v1"
    alert: Id
    person: Id
    reason: AlertReason
    opened_at: Instant
    version: Version | None = None

    def entity(self) -> str:
        return self.alert


class AlertChanged(Fact):
    """An open alert is in somebody's hands, or in nobody's any more; `version` as of its opening."""

    TYPE = "linli.care.alert_changed.v1"
    alert: Id
    state: Literal["open", "answered", "acknowledged", "snoozed"]
    changed_at: Instant
    version: Version

    def entity(self) -> str:
        return self.alert


class AlertClosed(Fact):
    """Somebody saw to it; what they found."""

    TYPE = "linli.care.alert_closed.v1"
    alert: Id
    person: Id
    outcome: AlertOutcome
    closed_at: Instant
    version: Version | None = None

    def entity(self) -> str:
        return self.alert


class CareAnswered(PersonalDataAnswered):
    """What care has done about a person's data."""

    TYPE = "linli.care.personal_data_answered.v1"
