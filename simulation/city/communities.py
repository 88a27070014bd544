"""The city's communities: homes, staff, devices, and what the directory and the registry tell of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from functions.maintenance.reports.models import Skill
from linli.events import Fact
from linli.vocabulary.devices import DeviceRegistered
from linli.vocabulary.directory import CommunityChanged, MembershipChanged, PlaceChanged
from simulation.city.weather import ZONE_NAME

HOMES_A_BUILDING = 90
HOMES_A_REPAIRER = 260
FEWEST_REPAIRERS = 3
MOST_ACTIVE = 8  # tickets in one repairer's hands
ALL_ROUND: tuple[Skill, ...] = ("plumbing", "electrical", "building", "grounds", "general")
CONTRACTORS: tuple[tuple[str, tuple[Skill, ...]], ...] = (
    ("lift", ("lift",)),
    ("gas", ("gas",)),
    ("electronics", ("electronics", "electrical")),
)
DEVICES = ("gate", "camera", "gateway")


@dataclass(frozen=True, slots=True)
class Community:
    """One community. Buildings are `b1` to `b<buildings>`; those on call at night take turns by the day."""

    name: str
    homes: int
    buildings: int
    repairers: tuple[str, ...]
    contractors: tuple[tuple[str, tuple[Skill, ...]], ...]
    manager: str
    hotline: str
    devices: tuple[tuple[str, str], ...]

    @property
    def homes_a_building(self) -> int:
        return -(-self.homes // self.buildings)

    @property
    def staff(self) -> tuple[tuple[str, tuple[Skill, ...]], ...]:
        """Who repairs, and what each can do; contractors come round the clock."""
        return (*((each, ALL_ROUND) for each in self.repairers), *self.contractors)

    def on_call(self, day: int) -> str:
        """Who of the repairers has the night of a day, by its ordinal."""
        return self.repairers[day % len(self.repairers)]


def community(number: int, seed: int) -> Community:
    """The city's community of a number."""
    draw = Random(f"{seed}/{number}/community")  # noqa: S311  nothing secret hangs on it
    name = f"c{number:04}"
    homes = round(min(max(draw.lognormvariate(6.75, 0.55), 300), 3000))
    buildings = -(-homes // HOMES_A_BUILDING)
    count = max(FEWEST_REPAIRERS, round(homes / HOMES_A_REPAIRER))
    devices = [(f"{name}-{kind}-{each}", kind) for kind in DEVICES for each in range(1, 3 + homes // 600)]
    return Community(
        name=name,
        homes=homes,
        buildings=buildings,
        repairers=tuple(f"{name}-repairer-{each}" for each in range(1, count + 1)),
        contractors=tuple((f"{name}-{trade}-1", skills) for trade, skills in CONTRACTORS),
        manager=f"{name}-manager-1",
        hotline="h-12345",
        devices=tuple(devices),
    )


def policies(told: Community) -> dict[str, Any]:
    """What the community has set: where its buildings stand, how much a repairer may have in hand."""
    positions = {f"b{each}": [60 * (each % 6), 45 * (each // 6)] for each in range(1, told.buildings + 1)}
    return {"maintenance": {"positions": positions, "most_active": MOST_ACTIVE}}


def told_of(told: Community, homes: Iterable[tuple[str | None, str | None]]) -> Iterator[Fact]:
    """What other services have told of a community before its first report. `homes`: those that will ever
    report.
    """
    yield CommunityChanged(
        community=told.name,
        company="city-company",
        sub_district="city-district",
        time_zone=ZONE_NAME,
        policies=policies(told),
        version=1,
    )
    staff = [(person, "repairer") for person, _ in told.staff]
    for person, role in (*staff, (told.manager, "manager")):
        yield MembershipChanged(community=told.name, person=person, roles=[role], version=1)
    for number in range(1, told.buildings + 1):
        yield PlaceChanged(community=told.name, building=f"b{number}", name=f"{number}号楼", version=1)
    for building, unit in homes:
        yield PlaceChanged(community=told.name, building=str(building), unit=unit, name=str(unit), version=1)
    for device, kind in told.devices:
        yield DeviceRegistered(community=told.name, device=device, kind=kind, version=1)
