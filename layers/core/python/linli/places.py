"""A service's own copy of what people call buildings (楼栋) and units (户), as the directory says last."""

from collections.abc import Iterable

from pynamodb.attributes import UnicodeAttribute

from linli.keys import Key
from linli.personal.fates import unnamed
from linli.tables import CopyRow, keep_newest, read
from linli.vocabulary.directory import PlaceChanged


class PlaceNameRow(CopyRow, discriminator="place_name"):
    """What people call a place, `<building>` or `<building>/<unit>`."""

    PERSONAL = unnamed()
    key = Key("{community}#places", "{place}")

    name = UnicodeAttribute()


def keep(fact: PlaceChanged) -> str:
    """Keep what a place is called, unless a newer word is here. Returns the outcome."""
    row = PlaceNameRow(*PlaceNameRow.key(fact.community, fact.entity()), name=fact.name, version=fact.version)
    return "place_kept" if keep_newest(row) else "duplicate"


def called(community: str, homes: Iterable[str]) -> dict[str, str]:
    """What people call each of these homes, `<building>/<unit>`: 3号楼 2单元301; by the id what has no name.

    Those of which nothing was told are left out. One read for every hundred places.
    """
    wanted = {home: home.partition("/") for home in homes}
    places = {place for home, (building, _, _) in wanted.items() for place in (building, home)}
    rows = read(PlaceNameRow.key(community, place) for place in places) if places else {}
    names = {row.sk: row.name for row in rows.values() if isinstance(row, PlaceNameRow)}
    return {
        home: f"{names.get(building, building)} {names.get(home, unit)}"
        for home, (building, _, unit) in wanted.items()
        if building in names or home in names
    }
