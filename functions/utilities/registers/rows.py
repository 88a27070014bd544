"""A register's rows: its state, its readings by day, its use by month."""

from datetime import UTC, datetime

from pynamodb.attributes import Attribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.constants import STRING

from functions.utilities.readings.models import DAY_MS, Kind, Reading, Standing
from functions.utilities.signals.models import SignalState
from linli.keys import Key
from linli.lifetimes import Lifetime
from linli.personal.fates import NOBODY
from linli.tables import ContractAttribute, Row

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


class RegisterRow(Row, discriminator="meter_register"):
    """The version under which all of a register's rows change.

    `first_at`, `last_at`: the counting readings at either end, in ms. `newest_at`: of any standing. `cause`:
    what brought the last change. `watch`: what is known of its signals.
    """

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#register#{meter}", "{register}")

    version = NumberAttribute()
    first_at = NumberAttribute()
    last_at = NumberAttribute()
    newest_at = NumberAttribute()
    watch = ContractAttribute(SignalState)
    cause = UnicodeAttribute()


class DayRow(Row, discriminator="readings"):
    """A register's readings of a day in order."""

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#readings#{meter}#{register}", "{day}")

    readings = ReadingsAttribute()


class UseRow(Row, discriminator="use"):
    """What a register used on each local day of a month.

    `days`: day of the month to [ticks, how often it was published]. The rest is the register's, for a
    month's list.
    """

    KEPT = Lifetime()
    PERSONAL = NOBODY
    key = Key("{community}#use#{month}", "{meter}#{register}")

    medium = UnicodeAttribute()
    home = UnicodeAttribute(null=True)
    decimals = NumberAttribute()
    multiplier = UnicodeAttribute()

    days: JSONAttribute = JSONAttribute()
