"""Tariffs (价格) as managers set them: flat, by the hour of use, by steps."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.utilities.meters.models import Medium
from linli.contracts import Contract
from linli.errors import InvalidField
from linli.ids import Id
from linli.local_times import Day
from linli.prices import DayPart, Price, Quantity, cover_the_day_once, steps_rise


class Window(DayPart):
    """A part of the day by local time (峰、平、谷); `until` at or before `since` runs past midnight."""

    price: Price


class Tier(Contract):
    """A step (阶梯): what is above the step before, up to and with `up_to`; the last one has no end.

    In a household of more persons than the tariff's `heads` (一户多人口) it reaches further: by `wider_by`
    once, and by `per_head` for each person above.
    """

    up_to: Quantity | None = None
    price: Price
    wider_by: Quantity | None = None
    per_head: Quantity | None = None

    def reach(self, more: int) -> Decimal | None:
        """Up to where it reaches when so many more persons live there than it is made for."""
        if self.up_to is None or more <= 0:
            return self.up_to
        return self.up_to + (self.wider_by or 0) + more * (self.per_head or 0)


class Tariff(Contract):
    """The price of a medium from a local day on.

    `price` (flat); or `windows` (time of use, 峰谷; together the whole day, once), or `tiers` (阶梯) per
    `month` or calendar `year`, or both: then the windows give the price, and what a step's price is above
    the first step's is added for what is used in it (Jiangsu, Zhejiang, Shanghai). `heads`: up to so many
    persons in a home the steps are as they are written. `shared_by`: how what shared meters used is
    apportioned among the homes (公摊).
    """

    tariff: Id
    medium: Medium
    valid_from: Day
    price: Price | None = None
    windows: Annotated[list[Window], Field(min_length=1, max_length=12)] | None = None
    tiers: Annotated[list[Tier], Field(min_length=1, max_length=8)] | None = None
    tiered_by: Literal["month", "year"] = "month"
    heads: Annotated[int, Field(ge=1, le=20)] | None = None
    shared_by: Literal["area", "headcount"] | None = None
    shared_price: Price | None = None

    @property
    def begins(self) -> str:
        """The day it is valid from, which names it among those of its medium."""
        return self.valid_from.isoformat()

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.price is None) == (self.windows is None and self.tiers is None):
            raise InvalidField("price_or_parts")
        if self.windows is not None:
            _check_windows(self.windows)
        if self.tiers is not None:
            _check_tiers(self.tiers)
        if (self.heads is not None) != any(each.wider_by or each.per_head for each in self.tiers or ()):
            raise InvalidField("heads_with_tiers")
        if (self.shared_by is None) != (self.shared_price is None):
            raise InvalidField("shared_both")
        return self


def _check_windows(windows: Sequence[Window]) -> None:
    if not cover_the_day_once(windows):
        raise InvalidField("windows_whole_day")
    if len({(each.name, each.price) for each in windows}) != len({each.name for each in windows}):
        raise InvalidField("windows_one_price")


def _check_tiers(tiers: Sequence[Tier]) -> None:
    if not steps_rise([each.up_to for each in tiers]):
        raise InvalidField("tiers_reach")
    if tiers[-1].wider_by or tiers[-1].per_head:
        raise InvalidField("tiers_last_wider")
    wider = [(each.wider_by or Decimal(0), each.per_head or Decimal(0)) for each in tiers[:-1]]
    if any(b[0] < a[0] or b[1] < a[1] for a, b in pairwise(wider)):
        raise InvalidField("tiers_widen")
