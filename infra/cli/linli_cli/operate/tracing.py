"""What belongs together in logs: one thing and what came of it, over services, days and people. Pure, no I/O.

What one attempt caused in others has its correlation id. Where that ends by nature, lines say what they are
`about` (a bill, an order, a receipt), and of what they are a sum: a month of a meter's messages. From a
message one gets to the bill, and from the bill not to the other messages of its month.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from linli_cli.operate.log_lines import parsed

MOST_STEPS = 8  # message, bill, order, callback, and what is told of each
PARTS_OF_A_SUM = "use"


@dataclass(frozen=True)
class Line:
    """The line that ends an attempt. `at`: milliseconds since the epoch."""

    at: int
    function: str
    said: dict[str, Any] = field(hash=False)

    @property
    def chain(self) -> str:
        """The correlation id."""
        return str(self.said.get("correlation_id", ""))

    @property
    def about(self) -> set[str]:
        """What it is about."""
        return set(self.said.get("about", ()))

    @property
    def sums(self) -> set[str]:
        """Of what it is a sum."""
        return set(self.said.get("sums", ()))

    @property
    def leads_to(self) -> set[str]:
        """By what others that came of it, or are about the same, are found."""
        return {self.chain} | self.about

    def belongs(self, terms: set[str], first: str) -> bool:
        """Whether it has the same correlation id as others, is about the same, or sums them up. `first`: what
        was asked for, which may be what is summed up, the id of a fact, or that of a bill, order or receipt.
        """
        if first in {self.chain, self.said.get("event"), *self.about, *map(id_in, self.about)}:
            return True
        shared = {each for each in self.about if not is_part(each)} | self.sums | {self.chain}
        return not shared.isdisjoint(terms)


Finder = Callable[[set[str]], Iterable[Line]]
"""All lines in which one of these texts stands, and maybe others."""


def is_part(token: str) -> bool:
    """Whether what a line is about is only ever summed up: many lines are about the same."""
    return token.split("/")[1:2] == [PARTS_OF_A_SUM]


def id_in(token: str) -> str:
    """The id of what a line is about, without its community and kind."""
    return "/".join(token.split("/")[2:])


def line_of(at: int, function: str, message: str) -> Line | None:
    """A log line that ends an attempt, or None."""
    said = parsed(message)
    return Line(at, function, said) if "outcome" in said and "correlation_id" in said else None


def traced(first: str, find: Finder) -> list[Line]:
    """All that belongs to a correlation id (or a bill, an order, a month's use of a meter), in time order."""
    asked: set[str] = set()
    terms, found = {first}, dict[str, Line]()
    for _ in range(MOST_STEPS):
        new = terms - asked
        if not new:
            break
        asked |= new
        for line in find(new):
            if line.belongs(terms, first):
                found[f"{line.at} {line.function} {json.dumps(line.said, sort_keys=True)}"] = line
        terms = {first}.union(*(line.leads_to for line in found.values()))
    return sorted(found.values(), key=lambda line: line.at)
