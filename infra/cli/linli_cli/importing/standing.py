"""What stands in a community, read through its APIs: what a row says is held against it."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from linli_cli.importing import cells

Shown = dict[str, Any]


class Pages(Protocol):
    """Reads lists and single things of the community as somebody."""

    def one(self, path: str) -> Shown:
        """What is shown under a path."""

    def all(self, path: str) -> list[Shown]:
        """All items of a paged list."""


@dataclass
class Standing:
    """The community as it is; what a partial import does not need is not asked for, and empty."""

    zone: ZoneInfo
    community: Shown = field(default_factory=dict)
    buildings: dict[str, Shown] = field(default_factory=dict)
    units: dict[str, dict[str, Shown]] = field(default_factory=dict)
    people: dict[str, Shown] = field(default_factory=dict)
    memberships: dict[str, Shown] = field(default_factory=dict)
    identities: dict[str, list[str]] = field(default_factory=dict)
    """By person, of those who were asked about."""
    devices: dict[str, Shown] = field(default_factory=dict)
    gates: dict[str, Shown] = field(default_factory=dict)
    meters: dict[str, Shown] = field(default_factory=dict)
    tariffs: list[Shown] = field(default_factory=list)


PLACES = frozenset({"buildings", "units", "memberships", "meters"})
PEOPLE = frozenset({"people", "memberships", "identities", "vehicles"})


def read(pages: Pages, community: str, wanted: Iterable[str]) -> Standing:
    """What the sheets that are `wanted` (their codes) are held against."""
    forms, at = frozenset(wanted), f"communities/{community}"
    shown = pages.one(f"/directory/{at}")
    found = Standing(ZoneInfo(shown["time_zone"]), shown)
    if forms & PLACES:
        found.buildings = by("building", pages.all(f"/directory/{at}/buildings"))
        found.units = {
            each: by("unit", pages.all(f"/directory/{at}/buildings/{each}/units")) for each in found.buildings
        }
    if forms & PEOPLE:
        found.people = by("person", pages.all(f"/directory/{at}/people"))
        found.memberships = by("person", pages.all(f"/directory/{at}/memberships"))
    if "devices" in forms:
        found.devices = by("device", pages.all(f"/devices/{at}/devices"))
        found.gates = by("gate", pages.all(f"/access/{at}/gates"))
    if "meters" in forms:
        found.meters = by("meter", pages.all(f"/utilities/{at}/meters"))
    if "tariffs" in forms:
        found.tariffs = pages.all(f"/utilities/{at}/tariffs")
    return found


def identities(pages: Pages, community: str, people: Iterable[str], at_once: int) -> dict[str, list[str]]:
    """What each of these members signs in with, as far as the community has said so: a request each."""

    def of(person: str) -> list[str]:
        items = pages.one(f"/directory/communities/{community}/people/{person}/identities")["items"]
        return [str(each["identity"]) for each in items]

    whose = list(people)
    with ThreadPoolExecutor(at_once) as pool:
        return dict(zip(whose, pool.map(of, whose), strict=True))


def by(name: str, items: Iterable[Shown]) -> dict[str, Shown]:
    """Items by one of their members."""
    return {str(each[name]): each for each in items}


def place_called(said: str, places: Mapping[str, Shown], name: str = "name") -> str | None:
    """The id of the one place that is meant: by its id, by what people call it, or by an id made of that,
    also where a sheet has lost its leading noughts. None where there is no such place, or several.
    """
    if said in places:
        return said
    called = [each for each, shown in places.items() if cells.same_name(str(shown.get(name) or ""), said)]
    if len(called) == 1:
        return called[0]
    try:
        made = cells.identifier(said)
    except cells.Odd:
        return None
    if made in places:
        return made
    short = cells.without_noughts(made)
    alike = [each for each in places if cells.without_noughts(each) == short]
    return alike[0] if len(alike) == 1 else None
