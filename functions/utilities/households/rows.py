"""Households, and where each person lives, as rows."""

from decimal import Decimal

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from functions.utilities.households.models import Move
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.members import DwellerRow
from linli.personal.fates import kept
from linli.tables import Row


class HouseholdRow(Row, discriminator="household"):
    """A home, `<building>/<unit>`: who lives there, which meters are there, how large it is.

    `former`: who lived there once. `watched`: somebody there is watched over, as care said last, in
    `watch_version`. `area_m2`, `headcount`: as the staff said; `unit_area_m2`: as the directory did last, in
    `place_version`. `passed`: the months that runs went through, under `billed_version`.
    """

    KEPT = Lifetime()
    PERSONAL = kept("accounting")
    key = Key("{community}#households", "{home}")

    members = UnicodeSetAttribute(null=True)
    former = UnicodeSetAttribute(null=True)
    meters = UnicodeSetAttribute(null=True)
    area_m2 = UnicodeAttribute(null=True)
    unit_area_m2 = UnicodeAttribute(null=True)
    place_version = NumberAttribute(null=True)
    headcount = NumberAttribute(null=True)
    watched = BooleanAttribute(null=True)
    watch_version = NumberAttribute(null=True)
    passed = UnicodeSetAttribute(null=True)
    billed_version = NumberAttribute(null=True)

    @property
    def area(self) -> Decimal | None:
        """Its area: what utilities was told itself counts before what the directory says."""
        said = self.area_m2 or self.unit_area_m2
        return Decimal(said) if said else None

    @property
    def is_trace(self) -> bool:
        """Whether nothing is left of a household but that there was one: in another order of the facts that
        say who came and went, there would be no row.
        """
        return not (self.members or self.meters or self.area) and self.headcount is None


class ResidentRow(DwellerRow, discriminator="living"):
    """Where a person lives, as the directory said last, and lived.

    `moves`: [version, local day, homes] of each membership told, in order. `said`: home to [first day, last
    day], as a manager said.
    """

    PERSONAL = kept("accounting", "person")
    key = Key("{community}#living", "{person}")

    moves: JSONAttribute = JSONAttribute(null=True)
    said: JSONAttribute = JSONAttribute(null=True)

    @property
    def all_moves(self) -> list[Move]:
        """How they moved; of rows of before 2026-11-26, where they are."""
        if self.moves is not None:
            return [(int(version), day, homes) for version, day, homes in self.moves]
        return [(int(self.version), None, self.places)]
