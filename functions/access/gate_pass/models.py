"""What a gate or a guard asks, and what they and residents are told."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from functions.access.credentials.models import Value
from functions.access.gates.models import CredentialKind, Direction
from linli.contracts import Contract
from linli.device_messages import DeviceAnswer, DeviceEvent
from linli.errors import InvalidField
from linli.ids import Id
from linli.instants import Instant
from linli.odd_fields import MEANT

Verdict = Literal["granted", "denied"]


def _rounded(places: str, rounding: str) -> AfterValidator:
    return AfterValidator(lambda value: value.quantize(Decimal(places), rounding))


# Downwards: what is below a threshold by however little is below it.
Score = Annotated[Decimal, Field(ge=0, le=1), _rounded("0.00001", ROUND_DOWN)]
Measured = Annotated[Decimal, Field(ge=-100, le=1000), _rounded("0.01", ROUND_HALF_UP)]


class Shown(Contract):
    """What was shown at the gate.

    `credential`: what it is. `value`: template id of the face, QR text, phone key, card number or plate,
    spelled as the reader likes. `score`: the device's match, which a face must bring and which says nothing
    of anything else; digits after the fifth are cut. `direction`: counts at gates set up as `both`, where it
    is `in` without it. `temperature_c`: of the skin where the gate measures it, rounded to hundredths; one
    that no skin has refuses the pass.
    """

    credential: CredentialKind
    value: Value
    score: Score | None = None
    direction: Annotated[Direction | None, MEANT] = None
    temperature_c: Annotated[Measured | None, MEANT] = None

    @model_validator(mode="after")
    def _face_brings_a_score(self) -> Self:
        if self.credential == "face" and self.score is None:
            raise InvalidField("face_needs_score")
        return self

    def matches(self, threshold: Decimal) -> bool:
        """Whether the device is sure enough of a face; nothing else is matched by likeness."""
        return self.credential != "face" or self.score is None or self.score >= threshold


class GatePassEvent(Shown, DeviceEvent):
    """A gate asks. An offline gate tells afterwards.

    `offline`: it is told later. `granted`: what the gate decided then; goes with `offline`, and only with it.
    """

    offline: Annotated[bool, MEANT] = False
    granted: Annotated[bool | None, MEANT] = None

    def left_out(self) -> tuple[str, ...]:
        """A score of what is no face is not looked at."""
        return ("score",) if self.score is not None and self.credential != "face" else ()

    @model_validator(mode="after")
    def _offline_tells_its_decision(self) -> Self:
        if self.offline == (self.granted is None):
            raise InvalidField("granted_with_offline")
        return self


class GatePassAsked(Shown):
    """A guard asks on behalf of somebody; `event_id` is made by the app and makes repeats harmless."""

    event_id: Id


class GatePassAnswer(DeviceAnswer):
    """The decision. Open only when `open` is true, less than `open_seconds` after asking for the first time.

    `outcome`: for an offline pass `recorded`. `open`: whether to open at all; never for a pass told later.
    `reason`: the first check that failed, when denied. `open_until`: until when, for a gate whose clock has
    been right since it asked. `open_seconds`: how long, since it asked for the first time.
    """

    open: bool
    reason: str | None
    open_until: Instant
    open_seconds: Annotated[int, Field(ge=0)]


class Pass(Contract):
    """A pass as people read it. `same_as`: it was read again while that pass was open, and counts as one."""

    gate: Id
    event_id: str
    id_reused: bool
    same_as: str | None
    area: Id | None
    direction: Direction | None
    person: Id | None
    credential: CredentialKind | Literal["remote"]
    verdict: Verdict
    reason: str | None
    checks: dict[str, str]
    decided_at: Instant
    occurred_at: Instant
    clock_off: bool
    offline: bool
    disagreed: bool
    entered_at: Instant | None
    asked_by: Id | None
    note: str | None
