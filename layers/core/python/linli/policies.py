"""What a community may set for itself; every field has a default that is safe."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

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


class CommunityPolicies(Contract):
    """One part per service that reads it."""

    access: AccessPolicy = AccessPolicy()
    health: HealthPolicy = HealthPolicy()
