"""What a community may set for itself; every field has a default that is safe."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from linli.contracts import Contract
from linli.ids import Id

Passback = Literal["off", "soft", "hard"]


class AccessPolicy(Contract):
    """Gates and credentials.

    `face_threshold`: the score from 0 to 1 below which a face is no match. `retention_days`: how long passes
    can be read. `qr_seconds`: how long a resident's own QR code lives. `invitation_hours`: the longest window
    of a visitor. `passback`: the anti-passback (反潜回) mode per area; `soft` notes what `hard` refuses.
    """

    face_threshold: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.80")
    retention_days: Annotated[int, Field(ge=1, le=180)] = 30
    qr_seconds: Annotated[int, Field(ge=15, le=600)] = 60
    health_code_required: bool = False
    invitation_hours: Annotated[int, Field(ge=1, le=168)] = 72
    passback: Annotated[dict[Id, Passback], Field(max_length=100)] = {}


class HealthPolicy(Contract):
    """Fever screening; 37.3 °C at the forehead is the usual threshold of Chinese communities.

    `retest_minutes`: how long after a first fever a second reading confirms it.
    """

    fever_c: Annotated[Decimal, Field(ge=36, le=39, decimal_places=1)] = Decimal("37.3")
    retest_minutes: Annotated[int, Field(ge=1, le=240)] = 30
    retention_days: Annotated[int, Field(ge=1, le=180)] = 30


Priority = Literal["emergency", "urgent", "general", "complex"]


class Targets(Contract):
    """Minutes until a ticket must be responded to, arrived at and resolved: business minutes, unless it is an
    emergency.
    """

    respond_minutes: Annotated[int, Field(ge=1, le=30_000)]
    arrive_minutes: Annotated[int, Field(ge=1, le=30_000)]
    resolve_minutes: Annotated[int, Field(ge=1, le=30_000)]


class EmergencyTargets(Targets):
    """Water, power, lift, gas: somebody is there within 20 minutes, round the clock."""

    arrive_minutes: Annotated[int, Field(ge=1, le=20)]


class BusinessHours(Contract):
    """When somebody is in, local time. `weekdays`: 1 is Monday. `extra_days`: worked for a holiday (调休)."""

    opens: time = time(9)
    closes: time = time(18)
    weekdays: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] = [
        1, 2, 3, 4, 5,
    ]  # fmt: skip
    holidays: Annotated[list[date], Field(max_length=100)] = []
    extra_days: Annotated[list[date], Field(max_length=100)] = []

    @model_validator(mode="after")
    def _is_open_for_an_hour(self) -> Self:
        minutes = [each.hour * 60 + each.minute for each in (self.opens, self.closes)]
        if self.opens.tzinfo or self.closes.tzinfo or minutes[1] - minutes[0] < 60:  # noqa: PLR2004
            raise ValueError("closes must be at least an hour after opens, both local and without an offset")
        return self


class MaintenancePolicy(Contract):
    """Repairs and hotline requests.

    `targets`: per priority; the defaults are 12345's of Beijing (answer in 15 minutes; life and property 2
    hours, utilities a day, general 7 days, complex 15), a day being nine business hours. `offer_minutes`: how
    long a repairer may think. `most_active`: tickets in one repairer's hands. `rating_days`: how long the
    reporter may rate before a ticket closes by itself. `positions`: where buildings are, metres east and
    north of any one point. `incident_reports` of a category in a building within `incident_minutes` are one
    incident.
    """

    emergency: EmergencyTargets = EmergencyTargets(respond_minutes=5, arrive_minutes=20, resolve_minutes=120)
    urgent: Targets = Targets(respond_minutes=15, arrive_minutes=240, resolve_minutes=540)
    general: Targets = Targets(respond_minutes=15, arrive_minutes=1080, resolve_minutes=3780)
    complex: Targets = Targets(respond_minutes=15, arrive_minutes=1620, resolve_minutes=8100)
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


class UtilitiesPolicy(Contract):
    """Meters and bills.

    `spike_per_day`: the use of a home in a day, in m3 or kWh, above which it is a spike (Jing'an: 2 m3 of
    water). `no_use_hours`, `no_use_m3`: less water than that in so long is no use (Taicang 24 h, Longgang
    12 h; 0.01 m3). `due_days`: how long after its issue a bill is due.
    """

    spike_per_day: Annotated[
        dict[Literal["water", "electricity", "gas", "heat"], Annotated[Decimal, Field(gt=0, le=1_000_000)]],
        Field(max_length=4),
    ] = {"water": Decimal(2), "electricity": Decimal(60), "gas": Decimal(15)}
    no_use_hours: Annotated[int, Field(ge=6, le=168)] = 24
    no_use_m3: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)] = Decimal("0.01")
    due_days: Annotated[int, Field(ge=1, le=90)] = 15


class PaymentsPolicy(Contract):
    """Paying bills. `intent_minutes`: how long an order at a provider stays open for its payer."""

    intent_minutes: Annotated[int, Field(ge=5, le=120)] = 15


class CommunityPolicies(Contract):
    """One part per service that reads it."""

    access: AccessPolicy = AccessPolicy()
    health: HealthPolicy = HealthPolicy()
    utilities: UtilitiesPolicy = UtilitiesPolicy()
    maintenance: MaintenancePolicy = MaintenancePolicy()
    payments: PaymentsPolicy = PaymentsPolicy()
