"""What the READMEs say that an access pattern costs, for the tests that count it."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
COUNTED = "✓"


@cache
def counted_rows(service: str) -> dict[str, frozenset[int]]:
    """The round trips of each access pattern of a service that its README says a test counts."""
    text = (ROOT / "functions" / service / "README.md").read_text(encoding="utf-8")
    table = text.partition("| access pattern |")[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
    marked = {name.strip(): trips for name, _, trips, *_ in cells if COUNTED in trips}
    return {name: frozenset(map(int, re.findall(r"\d+", trips))) for name, trips in marked.items()}


def documented(service: str, pattern: str) -> frozenset[int]:
    """The round trips that the README says `pattern` takes; the row bears a ✓."""
    return counted_rows(service)[pattern]
