"""Which dues are asked for."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from functions.payments.dues.models import Due
from linli.pages import PageQuery


class DuesAsked(PageQuery):
    """Residents see their own and may name no other `home`. Who runs the community asks for any home's, or
    for all in a `state`: those that are open if none is named. `overdue` (欠费): open, and due before now.
    """

    home: Annotated[str, Field(max_length=129)] | None = None
    state: Literal["open", "paid", "overdue"] | None = None

    def fits(self, due: Due, now: datetime) -> bool:
        """Whether a bill is in the state that is asked for."""
        is_overdue = due.state == "open" and due.amount_fen > 0 and due.due_at < now
        return is_overdue if self.state == "overdue" else self.state in (None, due.state)
