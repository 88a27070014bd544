"""What credentials of a community may be good for: the gates that open, and the areas behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from functions.access.gates.models import Gate
from linli.errors import InvalidRequest, Wrong


@dataclass(frozen=True, slots=True)
class Reach:
    """The gates of a community that open, and the areas behind them: more, no credential is good for."""

    gates: frozenset[str]
    areas: frozenset[str]

    @classmethod
    def of(cls, gates: Iterable[Gate]) -> "Reach":
        """What is there: a gate whose device was revoked is not."""
        there = [gate for gate in gates if not gate.revoked]
        return cls(frozenset(gate.gate for gate in there), frozenset(gate.area for gate in there))

    def check(self, *, areas: Sequence[str] = (), gates: Sequence[str] = ()) -> None:
        """Raises InvalidRequest for a gate or an area that is not there, with the names of those that are."""
        wrong = [
            *(Wrong(f"areas.{at}", "no_gate_leads_there") for at in _missing(areas, self.areas)),
            *(Wrong(f"gates.{at}", "no_such_gate") for at in _missing(gates, self.gates)),
        ]
        if wrong:
            known = {"areas": sorted(self.areas), "gates": sorted(self.gates)}
            fields = list(dict.fromkeys(one.field.partition(".")[0] for one in wrong))
            raise InvalidRequest("not_in_this_community", {"fields": fields}, wrong=wrong, known=known)

    def gone(self, *, areas: Sequence[str] = (), gates: Sequence[str] = ()) -> tuple[list[str], list[str]]:
        """Which of these areas and gates are there no more: what is good for them alone opens nothing."""
        return (
            [area for area in areas if area not in self.areas],
            [gate for gate in gates if gate not in self.gates],
        )


def _missing(named: Sequence[str], there: frozenset[str]) -> list[int]:
    return [at for at, one in enumerate(named) if one not in there]
