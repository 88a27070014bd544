"""health: facts about fevers, and what a community may set."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from linli.events import Fact, Version
from linli.ids import Id
from linli.instants import Instant
from linli.personal.models import PersonalDataAnswered
from linli.policies import Policy


class HealthPolicy(Policy):
    """Fever screening; 37.3 °C at the forehead is the usual threshold of Chinese communities.

    `retest_minutes`: how long after a first fever a second reading confirms it.
    """

    PART = "health"
    fever_c: Annotated[Decimal, Field(ge=36, le=39, decimal_places=1)] = Decimal("37.3")
    retest_minutes: Annotated[int, Field(ge=1, le=240)] = 30
    retention_days: Annotated[int, Field(ge=1, le=180)] = 30


class FeverConfirmed(Fact):
    """A second reading within the retest window confirmed a person's fever.

    `version`, of this and its clearance: which came later, whatever a thermometer's clock says.
    """

    TYPE = "linli.health.fever_confirmed.v1"
    person: Id
    sub_district: Id | None
    confirmed_at: Instant
    version: Version | None = None

    def entity(self) -> str:
        return self.person


class FeverCleared(Fact):
    """A caregiver or manager lifted a confirmed fever. `version` as of its confirmation."""

    TYPE = "linli.health.fever_cleared.v1"
    person: Id
    sub_district: Id | None
    cleared_at: Instant
    cleared_by: Id
    version: Version | None = None

    def entity(self) -> str:
        return self.person


class HealthAnswered(PersonalDataAnswered):
    """What health has done about a person's data."""

    TYPE = "linli.health.personal_data_answered.v1"
