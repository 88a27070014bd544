"""Gates: what an area's gate is, as the manager set it up and as the device registry knows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from linli.contracts import Contract
from linli.errors import InvalidRequest
from linli.ids import Id

Direction = Literal["in", "out"]
BEFORE_ITS_PASS = timedelta(minutes=5)  # as far as a clock may be off
AFTER_ITS_PASS = timedelta(hours=1)
GateDirection = Literal["in", "out", "both"]


class Gate(Contract):
    """`area`: what the gate leads into. A revoked gate's device is no longer believed."""

    gate: Id
    area: Id
    direction: GateDirection
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was at a gate, by what we believe and by the gate's own clock."""

    at: datetime
    shown_at: datetime

    def leads_to(self, entered: "Moment") -> bool:
        """Whether somebody who passed then may have gone through at `entered`, by either clock: a gate whose
        counter began anew speaks of a later pass under the same id.
        """
        later = (entered.at - self.at, entered.shown_at - self.shown_at)
        return any(-BEFORE_ITS_PASS <= one <= AFTER_ITS_PASS for one in later)


@dataclass(frozen=True, slots=True)
class Places:
    """The gates of a community that open, and the areas they lead into."""

    gates: frozenset[str]
    areas: frozenset[str]

    @classmethod
    def of(cls, gates: Iterable[Gate]) -> "Places":
        """What is there: a gate whose device was revoked is not."""
        there = [gate for gate in gates if not gate.revoked]
        return cls(frozenset(gate.gate for gate in there), frozenset(gate.area for gate in there))

    def check(self, *, areas: Sequence[str] = (), gates: Sequence[str] = ()) -> None:
        """Raises InvalidRequest for a place that is not there, with the names of those that are."""
        wrong = [
            *(_unknown("areas", at, "no gate leads there") for at in _missing(areas, self.areas)),
            *(_unknown("gates", at, "there is no such gate") for at in _missing(gates, self.gates)),
        ]
        if wrong:
            known = {"areas": sorted(self.areas), "gates": sorted(self.gates)}
            fields = ", ".join(dict.fromkeys(one["field"].partition(".")[0] for one in wrong))
            raise InvalidRequest(f"{fields}: not in this community", errors=wrong, known=known)

    def gone(self, *, areas: Sequence[str] = (), gates: Sequence[str] = ()) -> tuple[list[str], list[str]]:
        """Of the areas and gates that something is good for, those that are there no more."""
        return (
            [area for area in areas if area not in self.areas],
            [gate for gate in gates if gate not in self.gates],
        )


def _missing(named: Sequence[str], there: frozenset[str]) -> list[int]:
    return [at for at, one in enumerate(named) if one not in there]


def _unknown(field: str, at: int, message: str) -> dict[str, str]:
    return {"field": f"{field}.{at}", "message": message}
