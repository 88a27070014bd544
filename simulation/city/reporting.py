"""What is reported in a community, when, by whom: drawn ahead of all that becomes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from functions.maintenance.reports.models import Category, Kind
from linli.events import Fact
from linli.vocabulary.devices import DeviceFaultCleared, DeviceFaultRaised
from linli.vocabulary.utilities import MeterSignalEnded, MeterSignalRaised
from simulation.city.communities import Community
from simulation.city.weather import Day, at

DAY_MINUTES = 1440.0
A_DAY = 1.17  # reports of a thousand homes on a plain day
HOURS = (3, 2, 1, 1, 1, 2, 8, 30, 60, 75, 70, 52, 40, 42, 50, 48, 46, 48, 60, 72, 66, 42, 18, 7)
WEIGHTS: dict[Category, float] = {
    "plumbing": 22, "electrical": 15, "door": 9, "lift": 5, "power": 2.5, "water": 2.5, "gas": 0.8,
    "structure": 4, "cleaning": 9, "greening": 3, "parking": 7, "noise": 6, "service": 6, "device": 3,
    "other": 5,
}  # fmt: skip
NO_REPAIR: dict[Category, tuple[tuple[Kind, float], ...]] = {
    "noise": (("complaint", 1.0),),
    "parking": (("complaint", 0.7),),
    "service": (("enquiry", 0.6), ("complaint", 0.4)),
    "cleaning": (("complaint", 0.35),),
    "other": (("enquiry", 0.3),),
}
WORDS: dict[Category, str] = {
    "water": "停水了，水从井里往外冒", "power": "整栋楼没电", "lift": "电梯停了", "gas": "楼道里有煤气味",
    "heating": "暖气不热", "plumbing": "水管漏水", "electrical": "楼道灯不亮", "door": "单元门锁坏了",
    "device": "门禁刷不开", "meter": "水表漏水", "structure": "屋顶漏雨", "cleaning": "垃圾没有清运",
    "greening": "树枝断了", "parking": "车位被占", "noise": "半夜装修", "service": "物业费怎么算",
    "other": "其他",
}  # fmt: skip
HOTLINE_SHARE = 0.05
TWICE = 0.03
UNSAID_PLACE = 0.1
OUTAGES_A_DAY = 0.0035  # of a thousand homes, on a plain day
OUTAGE_MINUTES = 45.0
MOST_REPORTING = 120
SPELLS_A_DAY = 0.004  # of a device
SIGNALS_A_DAY = 0.13  # of the meters of a thousand homes
Source = Literal["person", "hotline", "device"]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said to be wrong. `twice`: after so long the same is sent again, an answer having
    been lost. `fact`: what a device says, or that it is well again.
    """

    at: datetime
    number: int
    source: Source
    category: Category = "device"
    kind: Kind = "repair"
    building: str | None = None
    unit: str | None = None
    outage: int | None = None
    twice: timedelta | None = None
    fact: Fact | None = None


def said(told: Community, days: Sequence[Day], seed: int) -> list[Said]:
    """All that is said in a community on these days, in time order, each with a number of its own."""
    draw = Random(f"{seed}/{told.name}/said")  # noqa: S311  nothing secret hangs on it
    found: list[Said] = []
    for day in days:
        found += _plain(told, day, draw)
        found += _outages(told, day, draw)
        found += _spells(told, day, draw)
        found += _signals(told, day, draw)
    found.sort(key=lambda each: each.at)
    return [_numbered(each, number) for number, each in enumerate(found)]


def _numbered(each: Said, number: int) -> Said:
    return Said(
        each.at, number, each.source, each.category, each.kind, each.building, each.unit, each.outage,
        each.twice, each.fact,
    )  # fmt: skip


def weights(day: Day) -> dict[Category, float]:
    """How much of each category is reported on a day, of 100 on a plain one."""
    found = dict(WEIGHTS)
    found["structure"] += min(2.0 * day.wet_mm, 60)
    found["plumbing"] += 10 * day.cold + min(0.5 * day.rain_mm, 15)
    found["electrical"] += 8 * day.cloudburst
    found["greening"] += 5 * day.cloudburst
    if day.heated:
        found["heating"] = 14 + 22 * day.cold + 30 * day.heating_is_new
    return found


def _plain(told: Community, day: Day, draw: Random) -> Iterator[Said]:
    by_category = weights(day)
    people = 0.7 if day.holiday else 1.0 if day.works else 1.15
    expected = A_DAY * told.homes / 1000 * people * sum(by_category.values()) / 100
    for _ in range(_poisson(expected, draw)):
        category = draw.choices(list(by_category), list(by_category.values()))[0]
        building, unit = _home(told, draw)
        source: Source = "hotline" if draw.random() < HOTLINE_SHARE else "person"
        somewhere = draw.random() >= UNSAID_PLACE
        yield Said(
            at=at(day.date, _minute(draw)),
            number=0,
            source=source,
            category=category,
            kind=_kind(category, draw),
            building=building,
            unit=unit if somewhere else None,
            twice=_again(draw),
        )


def _kind(category: Category, draw: Random) -> Kind:
    chance = draw.random()
    for kind, share in NO_REPAIR.get(category, ()):
        chance -= share
        if chance < 0:
            return kind
    return "repair"


def _again(draw: Random) -> timedelta | None:
    return timedelta(seconds=draw.uniform(2, 90)) if draw.random() < TWICE else None


def _outages(told: Community, day: Day, draw: Random) -> Iterator[Said]:
    """A main, a transformer or a riser, of a building or more: its homes report it within the hour."""
    kinds: list[tuple[Category, float]] = [("water", 1 + 3 * day.cold), ("power", 0.7 + 5 * day.cloudburst)]
    kinds += [("heating", 2 + 3 * day.cold + 3 * day.heating_is_new)] if day.heated else []
    expected = OUTAGES_A_DAY * told.homes / 1000 * sum(share for _, share in kinds)
    for number in range(_poisson(expected, draw)):
        category = draw.choices([name for name, _ in kinds], [share for _, share in kinds])[0]
        begins = _minute(draw) if draw.random() < 0.7 else draw.uniform(0, DAY_MINUTES)  # noqa: PLR2004
        building = draw.randint(1, told.buildings)
        reporting = min(1 + int(draw.lognormvariate(2.2, 1.1)), MOST_REPORTING)
        for _ in range(reporting):
            minute = begins + min(draw.expovariate(1 / (OUTAGE_MINUTES / 3)), 4 * OUTAGE_MINUTES)
            yield Said(
                at=at(day.date, minute),
                number=0,
                source="hotline" if draw.random() < HOTLINE_SHARE else "person",
                category=category,
                building=f"b{building}",
                unit=_unit(told, draw),
                outage=number,
                twice=_again(draw),
            )


def _spells(told: Community, day: Day, draw: Random) -> Iterator[Said]:
    """Devices that are not heard from for a while, or whose battery is low until somebody has come."""
    for device, kind in told.devices:
        for _ in range(_poisson(SPELLS_A_DAY * (1 + 2 * day.cloudburst), draw)):
            since = at(day.date, draw.uniform(0, DAY_MINUTES))
            fault = "lost" if draw.random() < 0.8 else "low-battery"  # noqa: PLR2004
            lasts = timedelta(
                hours=draw.lognormvariate(1.2, 1.3) if fault == "lost" else draw.uniform(20, 90)
            )
            episode = f"{fault}-{int(since.timestamp())}"
            raised = DeviceFaultRaised(
                community=told.name, device=device, kind=kind, fault=fault, episode=episode, since=since
            )
            ended = DeviceFaultCleared(
                community=told.name, device=device, fault=fault, episode=episode, cleared_at=since + lasts
            )
            yield Said(since, 0, "device", fact=raised, twice=_again(draw))
            yield Said(since + lasts, 0, "device", fact=ended, twice=_again(draw))


def _signals(told: Community, day: Day, draw: Random) -> Iterator[Said]:
    """Meters that suspect something, told with the next reading."""
    for _ in range(_poisson(SIGNALS_A_DAY * told.homes / 1000 * (1 + day.cold), draw)):
        building, unit = _home(told, draw)
        signal = draw.choices(("leak", "spike", "no_use", "back_flow"), (50, 25, 20, 5))[0]
        since = at(day.date, draw.uniform(0, DAY_MINUTES))
        lasts = timedelta(hours=draw.lognormvariate(3.2, 0.8))
        about = {"community": told.name, "meter": f"{told.name}-m-{building}-{unit}", "signal": signal}
        episode = f"{signal.replace('_', '-')}-{int(since.timestamp())}"
        raised = MeterSignalRaised.model_validate(
            {**about, "medium": "water", "episode": episode, "home": f"{building}/{unit}", "since": since}
        )
        ended = MeterSignalEnded.model_validate({**about, "episode": episode, "ended_at": since + lasts})
        yield Said(since, 0, "device", building=building, unit=unit, fact=raised, twice=_again(draw))
        yield Said(since + lasts, 0, "device", building=building, unit=unit, fact=ended, twice=_again(draw))


def _home(told: Community, draw: Random) -> tuple[str, str]:
    return f"b{draw.randint(1, told.buildings)}", _unit(told, draw)


def _unit(told: Community, draw: Random) -> str:
    number = draw.randrange(told.homes_a_building)
    return f"{number // 6 + 1}{number % 6 + 1:02}"


def _minute(draw: Random) -> float:
    hour = draw.choices(range(24), HOURS)[0]
    return hour * 60 + draw.uniform(0, 60)


def _poisson(expected: float, draw: Random) -> int:
    """How often something happens that is expected so often."""
    count, at_ = 0, draw.expovariate(1.0)
    while at_ < expected:
        count += 1
        at_ += draw.expovariate(1.0)
    return count
