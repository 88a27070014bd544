"""Who tells which fact and who takes it in, read off the code: who tells one is whose code makes it and whose
store publishes it, who takes it in is whose queue a rule of the bus fills.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linli_cli.develop.actions import bus_rules
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services
from linli_cli.reading.facts import facts


@dataclass(frozen=True)
class Told:
    """A fact: its type, the service that tells it, the actions that take it in, as `<service>/<action>`."""

    type: str
    teller: str
    takers: tuple[str, ...]

    @property
    def name(self) -> str:
        """`gate_passed` of `linli.access.gate_passed.v1`."""
        return self.type.split(".")[2]

    @property
    def services(self) -> tuple[str, ...]:
        """The services that take it in."""
        return tuple(sorted({taker.partition("/")[0] for taker in self.takers}))


def told(root: Path = ROOT) -> list[Told]:
    """Every fact, by who tells it, in the order of their classes. Raises CommandError as `tellers` does, and
    for one that is taken in and does not exist.
    """
    by_teller = tellers(root)
    takers: dict[str, set[str]] = defaultdict(set)
    for service in services(root):
        for rule in bus_rules(service, root):
            for kind in rule.pattern.get("detail-type", []):
                takers[kind].add(f"{service}/{rule.queue}")
    unknown = sorted(takers.keys() - by_teller.keys())
    if unknown:
        raise CommandError(f"{', '.join(unknown)} is taken in, and no vocabulary has it")
    found = [Told(kind, teller, tuple(sorted(takers[kind]))) for kind, teller in by_teller.items()]
    return sorted(found, key=lambda fact: fact.teller)


def tellers(root: Path = ROOT) -> dict[str, str]:
    """The service that tells each fact. Raises CommandError for one that another tells, or nobody."""
    names = {fact.__name__: kind for kind, fact in facts().items()}
    found: dict[str, set[str]] = {kind: set() for kind in facts()}
    for service in services(root):
        for name in names.keys() & set(made(root / "functions" / service)):
            found[names[name]].add(service)
    for kind, said in found.items():
        if said != {kind.split(".")[1]}:
            by = ", ".join(sorted(said)) or "nobody"
            raise CommandError(f"{kind} is told by {by}: a fact is told by the service in its name")
    return {kind: teller for kind, (teller,) in found.items()}


def made(folder: Path) -> Iterator[str]:
    """The classes whose objects the code of a service makes: what it calls by a name in capitals."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
                if name[:1].isupper():
                    yield name


def picture(root: Path = ROOT) -> str:
    """Services and facts as a Mermaid flow chart: an arrow from who tells to who takes in."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fact in told(root):
        for taker in fact.services:
            arrows[fact.teller, taker].append(fact.name)
    together: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (teller, taker), names in arrows.items():
        together[teller, tuple(names)].append(taker)
    lines = ["```mermaid", "flowchart LR"]
    lines += [f"  {service}" for service in sorted(services(root))]
    for (teller, label), served in sorted(together.items()):
        lines.append(f'  {teller} -- "{"<br>".join(label)}" --> {" & ".join(sorted(served))}')
    return "\n".join([*lines, "```"])


def table(root: Path = ROOT) -> str:
    """A line per fact: who tells it, which actions take it in; some are for whoever comes later."""
    lines = ["| fact | told by | taken in by |", "| --- | --- | --- |"]
    for fact in told(root):
        takers = ", ".join(f"`{taker}`" for taker in fact.takers) or "nobody yet"
        lines.append(f"| `{fact.type}` | {fact.teller} | {takers} |")
    return "\n".join(lines)
