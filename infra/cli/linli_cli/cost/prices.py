"""List prices of a day, from prices.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import get_args

import yaml

from linli_cli.cost.units import Unit
from linli_cli.errors import CommandError


@dataclass(frozen=True)
class Prices:
    """US dollars for one of each unit, in a region, as listed on a day."""

    region: str
    dated: date
    usd: Mapping[str, float]

    def of(self, units: Mapping[str, float]) -> float:
        """What so many units cost, in US dollars."""
        return sum(number * self.usd[unit] for unit, number in units.items())


@cache
def listed(path: Path = Path(__file__).with_name("prices.yaml")) -> Prices:
    """The prices of a file. Raises CommandError where a unit has none, or one that nobody counts has one."""
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    usd = {unit: each["usd"] / each["per"] for unit, each in read["prices"].items()}
    if odd := set(get_args(Unit)) ^ usd.keys():
        raise CommandError(f"{path.name} and the units differ in {', '.join(sorted(odd))}")
    return Prices(read["region"], read["dated"], usd)
