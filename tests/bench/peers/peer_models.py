"""What a guard asks and is answered, as both peers have it."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Asked(BaseModel):
    """A credential that is shown at a gate."""

    model_config = ConfigDict(extra="forbid")

    event_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    credential: Literal["face", "qr", "phone", "card", "plate"]
    value: Annotated[str, Field(min_length=1, max_length=256)]
    score: Annotated[Decimal, Field(ge=0, le=1)] | None = None
    direction: Literal["in", "out"] | None = None
    temperature_c: Annotated[Decimal, Field(ge=20, le=50)] | None = None

    @model_validator(mode="after")
    def _face_has_a_score(self) -> Self:
        if self.credential == "face" and self.score is None:
            raise ValueError("a face needs a score")
        return self


class Answer(BaseModel):
    """Whether the gate opens."""

    event_id: str
    outcome: str
    open: bool
    reason: str | None
    open_until: str
