"""What a community may set for itself; every field has a default that is safe."""

from collections.abc import Sequence
from datetime import time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from linli.contracts import Contract
from linli.ids import Id
from linli.local_times import DAY_MINUTES, ClockTime, Day, minute_of

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


Weekdays = Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)]
SHORTEST_SPAN = 15  # minutes: whoever is in answers somebody
SHORTEST_HOURS = 60
WEEK = range(1, 8)


class Span(Contract):
    """From when to when somebody is in, on some days of the week: 1 is Monday. `closes` at 00:00 is midnight
    at the end of the day.
    """

    weekdays: Weekdays
    opens: ClockTime
    closes: ClockTime

    @property
    def minutes(self) -> tuple[int, int]:
        """From and to, as minutes of the day."""
        return minute_of(self.opens), minute_of(self.closes) or DAY_MINUTES

    @model_validator(mode="after")
    def _closes_after_it_opens(self) -> Self:
        opens, closes = self.minutes
        if closes - opens < SHORTEST_SPAN:
            raise ValueError(f"closes must be at least {SHORTEST_SPAN} minutes after opens, on the same day")
        return self


class BusinessHours(Contract):
    """When somebody is in, local time. `weekdays`: 1 is Monday. `extra_days`: worked for a holiday (调休).

    `spans`, where there are any, take the place of `opens`, `closes` and `weekdays`: several on a day for a
    break (午休), other ones on other days. A day worked for a holiday has the spans of its own weekday, or
    else those of the first weekday that has some.
    """

    opens: ClockTime = time(9)
    closes: ClockTime = time(18)
    weekdays: Weekdays = [1, 2, 3, 4, 5]
    spans: Annotated[list[Span], Field(max_length=50)] = []
    holidays: Annotated[list[Day], Field(max_length=100)] = []
    extra_days: Annotated[list[Day], Field(max_length=100)] = []

    def on_weekday(self, weekday: int) -> list[tuple[int, int]]:
        """The minutes of the day when somebody is in on a weekday, holidays apart, in order."""
        spans = self.spans or [Span(weekdays=self.weekdays, opens=self.opens, closes=self.closes)]
        return sorted(each.minutes for each in spans if weekday in each.weekdays)

    @model_validator(mode="after")
    def _is_open_for_an_hour(self) -> Self:
        if minute_of(self.closes) - minute_of(self.opens) < SHORTEST_HOURS:
            raise ValueError("closes must be at least an hour after opens")
        if any(map(_overlap, map(self.on_weekday, WEEK))):
            raise ValueError("spans: must not overlap on any day of the week")
        return self


def _overlap(spans: Sequence[tuple[int, int]]) -> bool:
    return any(before[1] > after[0] for before, after in pairwise(spans))


class MaintenancePolicy(Contract):
    """Repairs and hotline requests.

    `emergency`, `urgent`, `general`, `complex`: the targets of a priority; the defaults are 12345's of
    Beijing (answer in 15 minutes, an emergency in 5; life and property 2 hours, utilities a day, general 7
    days, complex 15), a day being nine business hours. `offer_minutes`: how
    long a repairer may think. `most_active`: tickets in one repairer's hands. `rating_days`: how long the
    reporter may rate before a ticket closes by itself. `positions`: where buildings are, metres east and
    north of any one point. `incident_reports` of a category in a building within `incident_minutes` are one
    incident.
    """

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


Recipient = Literal["person", "contact", "caregiver", "manager"]
Channel = Literal["push", "sms", "voice", "staff"]


class ChainStep(Contract):
    """One step of an escalation: whom to tell, by which channels, how long to wait for an acknowledgement,
    and how often to try again before the next step.
    """

    to: Recipient
    channels: Annotated[list[Channel], Field(min_length=1, max_length=4)]
    wait_minutes: Annotated[int, Field(ge=1, le=120)] = 5
    repeats: Annotated[int, Field(ge=0, le=5)] = 0


def _reaches_staff(chain: list[ChainStep]) -> list[ChainStep]:
    if not any(step.to in {"caregiver", "manager"} for step in chain):
        raise ValueError("needs a step for caregivers or managers: they have the staff queue")
    return chain


Chain = Annotated[list[ChainStep], Field(min_length=1, max_length=10), AfterValidator(_reaches_staff)]


class CarePolicy(Contract):
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
            raise ValueError("floor_hours must not be above cap_hours or out_cap_hours")
        return self


DeviceKind = Literal[
    "gate", "thermometer", "meter", "door_magnet", "infrared", "bed", "lamp", "camera", "sos_button",
    "gateway",
]  # fmt: skip
HEARTBEAT_MINUTES: dict[DeviceKind, int] = {
    "gate": 5, "gateway": 5, "camera": 5, "thermometer": 10, "bed": 30, "lamp": 30,  # on the mains
    "door_magnet": 60, "infrared": 60, "sos_button": 240, "meter": 1440,  # on a battery for years
}  # fmt: skip


class DevicesPolicy(Contract):
    """The life of devices.

    `heartbeat_minutes`: how often a kind is heard from; those left out as in `HEARTBEAT_MINUTES`. `missed`:
    after how many heartbeats in a row that did not come a device is lost. `low_battery_percent`: at or below
    it somebody should bring a battery.
    """

    heartbeat_minutes: Annotated[
        dict[DeviceKind, Annotated[int, Field(ge=1, le=10_080)]], Field(max_length=len(HEARTBEAT_MINUTES))
    ] = {}
    missed: Annotated[int, Field(ge=2, le=10)] = 3
    low_battery_percent: Annotated[int, Field(ge=1, le=50)] = 15

    def heartbeat_every(self, kind: DeviceKind) -> timedelta:
        """How often a device of this kind is heard from."""
        return timedelta(minutes=self.heartbeat_minutes.get(kind, HEARTBEAT_MINUTES[kind]))


class CommunityPolicies(Contract):
    """One part per service that keeps it. What nobody set is not stored, and read as its default."""

    access: AccessPolicy = AccessPolicy()
    health: HealthPolicy = HealthPolicy()
    utilities: UtilitiesPolicy = UtilitiesPolicy()
    maintenance: MaintenancePolicy = MaintenancePolicy()
    payments: PaymentsPolicy = PaymentsPolicy()
    care: CarePolicy = CarePolicy()
    devices: DevicesPolicy = DevicesPolicy()

    def as_set(self) -> dict[str, Any]:
        """Just what somebody set, as JSON has it."""
        return self.model_dump(mode="json", exclude_unset=True)
