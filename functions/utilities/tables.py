"""The rows of the service's table; the README says who reads them how."""

from datetime import UTC, datetime
from decimal import Decimal

from pynamodb.attributes import (
    Attribute,
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.constants import STRING

from functions.utilities.households.tenancies import Move, Place, stays_after
from functions.utilities.meters.models import Meter
from functions.utilities.readings.dials import DAY_MS, Kind, Reading, Standing
from functions.utilities.signals.detection import Watch
from functions.utilities.tariffs.models import Tariff
from linli.lifetimes import Lifetime
from linli.members import DwellerRow
from linli.tables import ContractAttribute, InstantAttribute, Row

Key = tuple[str, str]
KINDS: dict[Kind, str] = {"actual": "a", "estimate": "e", "initial": "i", "final": "f", "corrected": "c"}
STANDINGS: dict[Standing, str] = {
    "kept": "k",
    "held": "h",
    "conflict": "x",
    "superseded": "s",
    "rejected": "r",
}
KIND_OF = {letter: kind for kind, letter in KINDS.items()}
STANDING_OF = {letter: standing for standing, letter in STANDINGS.items()}


def day_text(number: int) -> str:
    """The UTC day that is so many days after the epoch: `2026-01-05`."""
    return datetime.fromtimestamp(number * DAY_MS // 1000, UTC).date().isoformat()


class ReadingsAttribute(Attribute[list[Reading]]):
    """Readings as text: `<ms>:<ticks>`, and `:<kind><standing>[!]` of those that are not plain.

    The first millisecond is counted from the epoch, each other one from the reading before.
    """

    attr_type = STRING

    def serialize(self, value: list[Reading]) -> str:
        texts, before = [], 0
        for each in value:
            plain = each.kind == "actual" and each.standing == "kept" and not each.decided
            code = f":{KINDS[each.kind]}{STANDINGS[each.standing]}{'!' if each.decided else ''}"
            texts.append(f"{each.at - before}:{each.ticks}{'' if plain else code}")
            before = each.at
        return " ".join(texts)

    def deserialize(self, value: str) -> list[Reading]:
        readings, at = [], 0
        for text in value.split():
            elapsed, ticks, *code = text.split(":")
            at += int(elapsed)
            readings.append(_reading(at, int(ticks), code[0]) if code else Reading(at, int(ticks)))
        return readings


def _reading(at: int, ticks: int, code: str) -> Reading:
    return Reading(at, ticks, KIND_OF[code[0]], STANDING_OF[code[1]], code.endswith("!"))


class MeterRow(Row, discriminator="meter"):
    """`<community>#meters` / `<meter>`: a meter as it was set up. `watched`: somebody in its home is watched
    over.
    """

    KEPT = Lifetime()

    meter = ContractAttribute(Meter)
    version = NumberAttribute()
    watched = BooleanAttribute(null=True)

    @staticmethod
    def key(community: str, meter: str) -> Key:
        """Where a meter is."""
        return f"{community}#meters", meter


class RegisterRow(Row, discriminator="meter_register"):
    """`<community>#register#<meter>` / `<OBIS>`: the version under which all of a register's rows change.

    `first_at`, `last_at`: the counting readings at either end, in ms. `newest_at`: of any standing. `cause`:
    what brought the last change.
    """

    KEPT = Lifetime()

    version = NumberAttribute()
    first_at = NumberAttribute()
    last_at = NumberAttribute()
    newest_at = NumberAttribute()
    watch = ContractAttribute(Watch)
    cause = UnicodeAttribute()

    @staticmethod
    def key(community: str, meter: str, register: str) -> Key:
        """Where a register is."""
        return f"{community}#register#{meter}", register


class ChunkRow(Row, discriminator="readings"):
    """`<community>#readings#<meter>#<OBIS>` / `<UTC day>`: a register's readings of a day in order."""

    KEPT = Lifetime()

    readings = ReadingsAttribute()

    @staticmethod
    def key(community: str, meter: str, register: str, day: str) -> Key:
        """Where a day's readings are."""
        return f"{community}#readings#{meter}#{register}", day


class UseRow(Row, discriminator="use"):
    """`<community>#use#<month>` / `<meter>#<OBIS>`: what a register used on each local day of a month.

    `days`: day of the month to [ticks, how often it was published]. The rest is the register's, for a
    month's list.
    """

    KEPT = Lifetime()

    medium = UnicodeAttribute()
    home = UnicodeAttribute(null=True)
    decimals = NumberAttribute()
    multiplier = UnicodeAttribute()

    days: JSONAttribute = JSONAttribute()

    @staticmethod
    def key(community: str, month: str, meter: str, register: str) -> Key:
        """Where a register's month is."""
        return f"{community}#use#{month}", f"{meter}#{register}"


class HeldRow(Row, discriminator="held_reading"):
    """`<community>#held` / `<digest of meter, register, instant and ticks>`: a reading that waits for a
    manager.
    """

    KEPT = Lifetime("until somebody decides")

    meter = UnicodeAttribute()
    register = UnicodeAttribute()
    at = NumberAttribute()
    ticks = NumberAttribute()
    decimals = NumberAttribute()
    reason = UnicodeAttribute()
    before_ticks = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, held: str) -> Key:
        """Where a held reading is."""
        return f"{community}#held", held


class CorrectionRow(Row, discriminator="correction"):
    """`<community>#corrections#<meter>` / `<at>#<OBIS>#<cause>`: intervals that gave way to others. Never
    changed.

    `was`, `became`: [from ms, to ms, ticks] each.
    """

    KEPT = Lifetime("for ever, never changed")

    at = InstantAttribute()
    register = UnicodeAttribute()
    cause = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    was: JSONAttribute = JSONAttribute()
    became: JSONAttribute = JSONAttribute()

    @staticmethod
    def partition(community: str, meter: str) -> str:
        """Where a meter's corrections are."""
        return f"{community}#corrections#{meter}"


class HouseholdRow(Row, discriminator="household"):
    """`<community>#households` / `<building>/<unit>`: who lives there, which meters are there, how large it
    is.

    `former`: who lived there once. `watched`: somebody there is watched over, as care said last, in
    `watch_version`. `area_m2`, `headcount`: as the staff said; `unit_area_m2`: as the directory did last, in
    `place_version`. `passed`: the months that runs went through, under `billed_version`.
    """

    KEPT = Lifetime()

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

    @staticmethod
    def key(community: str, home: str) -> Key:
        """Where a household is."""
        return f"{community}#households", home

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
    """`<community>#living` / `<person>`: where a person lives, as the directory said last, and lived.

    `moves`: [version, local day, homes] of each membership told, in order. `said`: home to [first day, last
    day], as a manager said.
    """

    moves: JSONAttribute = JSONAttribute(null=True)
    said: JSONAttribute = JSONAttribute(null=True)

    @staticmethod
    def key(community: str, person: str) -> Key:
        """Where it says where a person lives."""
        return f"{community}#living", person

    @property
    def all_moves(self) -> list[Move]:
        """How they moved; of rows of before 2026-11-26, where they are."""
        if self.moves is not None:
            return [(int(version), day, homes) for version, day, homes in self.moves]
        return [(int(self.version), None, self.places)]

    @property
    def all_stays(self) -> list[Place]:
        """Where they lived, and live."""
        return stays_after(self.all_moves, self.said or {})


class ScheduledRow(Row, discriminator="billed_community"):
    """`#communities` / `<community>`: the communities that the monthly schedule goes through."""

    KEPT = Lifetime()

    PARTITION = "#communities"


class TariffRow(Row, discriminator="tariff"):
    """`<community>#tariffs` / `<medium>#<valid from>`: what a medium costs from that day on."""

    KEPT = Lifetime("for ever, never changed")

    tariff = ContractAttribute(Tariff)

    @staticmethod
    def partition(community: str) -> str:
        """Where a community's tariffs are."""
        return f"{community}#tariffs"

    @staticmethod
    def key(community: str, tariff: Tariff) -> Key:
        """Where a tariff is."""
        return TariffRow.partition(community), f"{tariff.medium}#{tariff.valid_from.isoformat()}"


class RunRow(Row, discriminator="bill_run"):
    """`<community>#bill_runs` / `<period>`. `plan`: JSON of the run; `planned`: it is complete, and fixed but
    for what later runs charged of its shared costs, under `charged_version`.
    """

    KEPT = Lifetime()

    plan = UnicodeAttribute()
    planned = BooleanAttribute(null=True)
    charged_version = NumberAttribute(null=True)

    @staticmethod
    def key(community: str, period: str) -> Key:
        """Where a run is."""
        return f"{community}#bill_runs", period


class GapRow(Row, discriminator="bill_gap"):
    """`<community>#gaps#<period>` / `<home>`: what a run could not bill of a home's month."""

    gap = UnicodeAttribute()

    @staticmethod
    def key(community: str, period: str, home: str) -> Key:
        """Where it says what a run left out of a home."""
        return f"{community}#gaps#{period}", home


class BillRow(Row, discriminator="bill"):
    """`<community>#bills#<home>` / `<period>`, and the same `<community>#billed#<period>` / `<home>`; of
    tenants before whom there were others, `#<their first day>` follows.
    """

    KEPT = Lifetime()

    bill = UnicodeAttribute()

    @staticmethod
    def of_home(community: str, home: str) -> str:
        """The partition of a home's bills."""
        return f"{community}#bills#{home}"

    @staticmethod
    def of_period(community: str, period: str) -> str:
        """The partition of a month's bills."""
        return f"{community}#billed#{period}"


class UploadRow(Row, discriminator="reading_file"):
    """`<community>#uploads` / `<upload>`: a file of readings, and how it ended."""

    KEPT = Lifetime()

    format = UnicodeAttribute()
    by = UnicodeAttribute()
    at = InstantAttribute()
    finished_at = InstantAttribute(null=True)
    counts: JSONAttribute = JSONAttribute(null=True)

    @staticmethod
    def key(community: str, upload: str) -> Key:
        """Where an upload is."""
        return f"{community}#uploads", upload
