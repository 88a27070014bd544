"""The facts that services tell each other: CloudEvents 1.0 on the bus, and the only coupling between them.

`source` + `id` identify an event: consumers deduplicate by them. `type` is `linli.<service>.<fact>.v1` in the
past tense; `subject` is `<community>/<entity>`. A changed meaning is a new version, never an edited one.
"""

from abc import abstractmethod
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import to_json

from linli.contracts import Contract
from linli.errors import InvalidRequest
from linli.ids import Id
from linli.instants import Instant
from linli.local_times import Day
from linli.reading import read_as

Version = Annotated[int, Field(ge=1)]


class Fact(Contract):
    """Something that happened in a community. A reader ignores members that it does not know, at every depth.

    A new word where one of a few is expected changes the meaning, hence the version: what a reader cannot
    make out is parked, to be redriven to newer code, since passing over it would lose it.
    """

    model_config = Contract.model_config | {"extra": "ignore"}
    TYPE: ClassVar[str]
    community: Id

    @abstractmethod
    def entity(self) -> str:
        """What the fact is about; the second half of the CloudEvent's subject."""


class CommunityChanged(Fact):
    """A community was registered or its particulars changed; the whole of them, so that the last one wins.

    `policies`: what somebody set, by the part of `CommunityPolicies`. What was not set is what the reader of
    that part takes for its default.
    """

    TYPE = "linli.directory.community_changed.v1"
    company: Id
    sub_district: Id
    time_zone: str
    policies: dict[str, Any]
    version: Version

    def entity(self) -> str:
        return self.community


class MembershipChanged(Fact):
    """A person's roles in a community, as they are now; none left means that the person has gone.

    `homes`: `<building>/<unit>` of each home that is theirs, none of who has gone. `home`: the first of them,
    for readers of before; where older code told of it alone, it is all of `homes`.
    """

    TYPE = "linli.directory.membership_changed.v1"
    person: Id
    roles: list[str]
    home: str | None = None
    homes: list[str] = []
    version: Version

    @model_validator(mode="before")
    @classmethod
    def _all_homes(cls, told: Any) -> Any:
        if not isinstance(told, dict):
            return told
        home = told.get("home")
        homes = (told.get("homes") or ([] if home is None else [home])) if told.get("roles") else []
        return told | {"homes": homes, "home": homes[0] if isinstance(homes, list) and homes else None}

    def entity(self) -> str:
        return self.person


class PlaceChanged(Fact):
    """A building, or a `unit` of it, was entered or changed: what people call it, and a unit's area in m2."""

    TYPE = "linli.directory.place_changed.v1"
    building: Id
    unit: Id | None = None
    name: str
    area_m2: Decimal | None = None
    version: Version

    def entity(self) -> str:
        return self.building if self.unit is None else f"{self.building}/{self.unit}"


class DeviceRegistered(Fact):
    """A device may connect. `version`, of this and its revocation: which came later, whatever clocks say."""

    TYPE = "linli.devices.device_registered.v1"
    device: Id
    kind: str
    version: Version | None = None

    def entity(self) -> str:
        return self.device


class DeviceRevoked(Fact):
    """A device may no longer connect, nor be believed. `version` as of its registration."""

    TYPE = "linli.devices.device_revoked.v1"
    device: Id
    kind: str | None = None
    version: Version | None = None

    def entity(self) -> str:
        return self.device


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


class ConsumptionRecorded(Fact):
    """A register (by its OBIS code) used so much on a local day; sent again, `version` up, when corrected."""

    TYPE = "linli.utilities.consumption_recorded.v1"
    meter: Id
    obis: str
    unit: str
    day: Day
    quantity: Decimal
    home: str | None
    version: Version

    def entity(self) -> str:
        return self.meter


MeterSignal = Literal["leak", "spike", "no_use", "back_flow"]


class MeterSignalRaised(Fact):
    """A meter's readings say that something is wrong; once per `episode`."""

    TYPE = "linli.utilities.meter_signal_raised.v1"
    meter: Id
    medium: Literal["water", "electricity", "gas", "heat"]
    signal: MeterSignal
    episode: Id
    home: str | None
    since: Instant

    def entity(self) -> str:
        return self.meter


class MeterSignalEnded(Fact):
    """The episode is over."""

    TYPE = "linli.utilities.meter_signal_ended.v1"
    meter: Id
    signal: MeterSignal
    episode: Id
    ended_at: Instant

    def entity(self) -> str:
        return self.meter


class BillIssued(Fact):
    """A home owes so much for a period; the lines of the bill add up to `amount_fen`."""

    TYPE = "linli.utilities.bill_issued.v1"
    bill: Id
    home: str
    period: str
    amount_fen: Annotated[int, Field(ge=0)]
    issued_at: Instant
    due_at: Instant

    def entity(self) -> str:
        return self.bill


class DeviceFaultRaised(Fact):
    """A device is `lost`, of `low-battery` or otherwise at fault; once per `episode`.

    `behind`: the devices that speak through it and are therefore unseen; they are not told of one by one.
    """

    TYPE = "linli.devices.device_fault_raised.v1"
    device: Id
    kind: str
    fault: Id
    episode: Id
    since: Instant
    behind: list[Id] = []

    def entity(self) -> str:
        return self.device


class DeviceFaultCleared(Fact):
    """The device is well again; so are those `behind` it, until they are found lost themselves."""

    TYPE = "linli.devices.device_fault_cleared.v1"
    device: Id
    fault: Id
    episode: Id
    cleared_at: Instant
    behind: list[Id] = []

    def entity(self) -> str:
        return self.device


class TicketChanged(Fact):
    """A repair ticket was opened or moved to another state."""

    TYPE = "linli.maintenance.ticket_changed.v1"
    ticket: Id
    kind: str
    state: str
    priority: str
    asset: str | None
    changed_at: Instant
    version: Version

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


class UseObserved(Fact):
    """A meter of a home where somebody is watched over showed use: a sign of life between two readings."""

    TYPE = "linli.utilities.use_observed.v1"
    meter: Id
    medium: Literal["water", "electricity", "gas", "heat"]
    home: str
    since: Instant
    until: Instant
    quantity: Decimal

    def entity(self) -> str:
        return self.meter


Provider = Literal["alipay", "wechat"]


class PaymentSettled(Fact):
    """A bill was paid, once; `receipt` is the number on the receipt (收据)."""

    TYPE = "linli.payments.payment_settled.v1"
    intent: Id
    bill: Id
    provider: Provider
    amount_fen: Annotated[int, Field(gt=0)]
    receipt: str
    settled_at: Instant

    def entity(self) -> str:
        return self.bill


class RefundRequested(Fact):
    """Money is to go back through the provider it came by; `refund` is its number there as well."""

    TYPE = "linli.payments.refund_requested.v1"
    refund: Id
    intent: Id
    amount_fen: Annotated[int, Field(gt=0)]

    def entity(self) -> str:
        return self.refund


class PaymentRefunded(Fact):
    """A refund has been carried out."""

    TYPE = "linli.payments.payment_refunded.v1"
    refund: Id
    intent: Id
    bill: Id
    amount_fen: Annotated[int, Field(gt=0)]
    refunded_at: Instant

    def entity(self) -> str:
        return self.refund


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
    """Somebody may need help; one open alert per person."""

    TYPE = "linli.care.alert_opened.v1"
    alert: Id
    person: Id
    reason: AlertReason
    opened_at: Instant

    def entity(self) -> str:
        return self.alert


class AlertClosed(Fact):
    """Somebody saw to it; what they found."""

    TYPE = "linli.care.alert_closed.v1"
    alert: Id
    person: Id
    outcome: AlertOutcome
    closed_at: Instant

    def entity(self) -> str:
        return self.alert


FACTS: dict[str, type[Fact]] = {
    fact.TYPE: fact
    for fact in (
        CommunityChanged,
        MembershipChanged,
        PlaceChanged,
        DeviceRegistered,
        DeviceRevoked,
        GatePassed,
        GateAlarmRaised,
        FeverConfirmed,
        FeverCleared,
        ConsumptionRecorded,
        MeterSignalRaised,
        MeterSignalEnded,
        BillIssued,
        DeviceFaultRaised,
        DeviceFaultCleared,
        TicketChanged,
        TicketClockBreached,
        UseObserved,
        PaymentSettled,
        RefundRequested,
        PaymentRefunded,
        WatchChanged,
        AlertOpened,
        AlertClosed,
    )
}


class Event(Contract):
    """The CloudEvents 1.0 envelope, JSON format."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=1, max_length=512)]
    source: Annotated[str, Field(pattern=r"^linli\.[a-z]+$")]
    type: Annotated[str, Field(pattern=r"^linli\.[a-z]+\.[a-z_]+\.v\d+$")]
    subject: str
    time: Instant
    datacontenttype: Literal["application/json"] = "application/json"
    data: dict[str, Any]


class _BusEnvelope(Contract):
    """What EventBridge puts into a queue; only the CloudEvent inside is ours."""

    detail: Event


def envelope(fact: Fact, event_id: str, time: datetime) -> Event:
    """`fact` as a CloudEvent; `event_id` is derived from what caused it, so that a repeat is recognised."""
    return Event(
        id=event_id,
        source=".".join(fact.TYPE.split(".")[:2]),
        type=fact.TYPE,
        subject=f"{fact.community}/{fact.entity()}",
        time=time,
        data=fact.model_dump(mode="json"),
    )


def parse_event(body: str) -> tuple[Event, Fact]:
    """The event in a queue message that a rule of the bus wrote.

    Raises InvalidRequest when it is none of `FACTS` in its declared form.
    """
    try:
        event = read_as(_BusEnvelope, body).detail
        if event.type not in FACTS:
            raise InvalidRequest(f"type: {event.type} is not a fact we know")
        return event, read_as(FACTS[event.type], to_json(event.data))
    except ValidationError as error:
        raise InvalidRequest.from_validation(error) from error
