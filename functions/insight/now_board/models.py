"""What is open now, as people see it."""

from typing import Annotated

from pydantic import Field

from functions.insight.board.models import BySeverity, Count, Item, Kind
from linli.contracts import Contract
from linli.etags import Tagged
from linli.ids import Id


class NowQuery(Contract):
    """How much of it, the most urgent first."""

    limit: Annotated[int, Field(ge=1, le=200)] = 200


class NowBoard(Tagged):
    """What is open in a community, the most severe first, of these the longest open; `open` counts all of it,
    of which `items` are the first.

    `as_of`: what had been told by then is in it. Where that is minutes ago, the board is behind. It is also
    in the header `Linli-As-Of`, which a 304 has as well.
    """

    community: Id
    time_zone: str
    open: Count
    by_severity: BySeverity
    by_kind: dict[Kind, Count]
    items: list[Item]


class CommunityNow(Contract):
    """A community in which something is open, and the most urgent of it."""

    community: Id
    open: Count
    by_severity: BySeverity
    by_kind: dict[Kind, Count]
    most_urgent: Item


class CompanyNow(Tagged):
    """A company's communities in which something is open, the worst first; `more`: there are more
    than are listed. `open`, `by_severity`: of those that are. `as_of` as on a community's board.
    """

    company: Id
    open: Count
    by_severity: BySeverity
    communities: list[CommunityNow]
    more: bool
