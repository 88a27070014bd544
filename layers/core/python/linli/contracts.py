"""The base of everything that comes in or goes out."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Unknown fields, NaN and infinities are refused; values are not coerced into other types."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, strict=True, str_max_length=4096, defer_build=True
    )
