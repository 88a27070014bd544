"""Lists in pages: what is asked for, and what is answered. `linli.cursors` makes them of rows."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from linli.contracts import Contract

Item = TypeVar("Item", bound=Contract)


class PageQuery(Contract):
    """How much of a list, and from where on."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    cursor: Annotated[str, Field(max_length=2048)] | None = None


class Page(Contract, Generic[Item]):
    """A part of a list; `next_cursor` is absent on the last page."""

    items: Sequence[Item]
    next_cursor: str | None = None
