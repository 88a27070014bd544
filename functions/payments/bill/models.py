"""Which dues are asked for."""

from typing import Annotated, Literal

from pydantic import Field

from linli.pages import PageQuery


class DuesAsked(PageQuery):
    """Residents see their own `home`'s and may name no other. Who runs the community asks for any, or for
    all in a `state`.
    """

    home: Annotated[str, Field(max_length=129)] | None = None
    state: Literal["open", "paid"] = "open"
