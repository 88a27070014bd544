"""The base of everything that comes in or goes out."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Unknown fields, NaN and infinities are refused; values are not coerced into other types."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, strict=True, str_max_length=4096, defer_build=True
    )


Shown = TypeVar("Shown", bound=Contract)


def shown_as(contract: type[Shown], what: object, **otherwise: Any) -> Shown:
    """What a contract shows of a row or a record: what has the same name there, and what is `otherwise`.

    An answer with an `outcome` is made by its own name, since READMEs are made by following that.
    """
    same = [name for name in contract.model_fields if name not in otherwise and hasattr(what, name)]
    return contract.model_validate({name: getattr(what, name) for name in same} | otherwise)
