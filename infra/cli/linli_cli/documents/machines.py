"""The states of things and what moves them, as diagrams that forges draw (Mermaid), from the rules."""

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

from linli.vocabulary.health import HealthPolicy
from linli_cli.layout import ROOT
from linli_cli.reading.tables import modules_of

NOW = datetime(2026, 1, 5, tzinfo=UTC)
Move = tuple[str, str, str]  # from, to, by what


@dataclass(frozen=True)
class Machine:
    """A thing with states. `first`: the one it begins in. `moves` reads them from the code."""

    title: str
    first: str
    moves: Callable[[], Iterable[Move]]


def machines(service: str, root: Path = ROOT) -> str:
    """A diagram for each thing of a service that has states."""
    modules_of(service, root)
    return "\n\n".join(f"{each.title}:\n\n{_drawn(each)}" for each in MACHINES.get(service, ()))


def _drawn(machine: Machine) -> str:
    by: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for start, end, what in _reached(machine):
        if what not in by[start, end]:
            by[start, end].append(what)
    lines = [f"    {start} --> {end}: {', '.join(what)}" for (start, end), what in sorted(by.items())]
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {machine.first}", *lines, "```"])


def _reached(machine: Machine) -> Iterable[Move]:
    """The moves from states that anything comes to."""
    moves, reached, before = list(machine.moves()), {machine.first}, 0
    while len(reached) > before:
        before = len(reached)
        reached |= {end for start, end, _ in moves if start in reached}
    return [move for move in moves if move[0] in reached]


def _of_tickets(name: str) -> Iterable[Move]:
    rules: Mapping[str, Any] = getattr(importlib.import_module("functions.maintenance.tickets.machine"), name)
    for command, rule in rules.items():
        for state in sorted(rule.sources):
            if rule.target is not None and rule.target != state:
                yield state, rule.target, command
            elif command == "resume":
                yield state, "accepted", "resume (to where it was paused)"


def _of_intents() -> Iterable[Move]:
    """What each notice of a provider does to an order in each state: the rule is tried."""
    for start in get_args(_find("functions.payments.books.orders", "IntentState")):
        for notice in _notices():
            intent = _intent(state=start)
            effect = _find("functions.payments.books.settlement", "effect_of")(
                _known(intent, None), notice, NOW
            )
            if effect.intent is not None and effect.intent.state != start:
                yield start, effect.intent.state, notice.said


def _of_refunds() -> Iterable[Move]:
    """What each notice of a provider does to a refund in each state: the rule is tried."""
    refund = _find("functions.payments.books.orders", "Refund")
    for start in get_args(_find("functions.payments.books.orders", "RefundState")):
        for notice in _notices(refund="r", refund_fen=1):
            asked = refund.model_construct(
                refund="r", intent="i", bill="b", provider="alipay", amount_fen=1, why="asked", state=start,
                requested_at=NOW,
            )  # fmt: skip
            intent = _intent(state="paid", reserved_fen=0 if start in {"done", "failed"} else 1)
            effect = _find("functions.payments.books.settlement", "effect_of")(
                _known(intent, asked), notice, NOW
            )
            for after in effect.refunds:
                if after.refund == "r" and after.state != start:
                    yield start, after.state, notice.said


def _of_fevers() -> Iterable[Move]:
    """What a reading, a second one and a clearance do to what is known of a person: the rules are tried."""
    rules = importlib.import_module("functions.health.fever_check.domain")
    models = importlib.import_module("functions.health.fever_check.models")
    policy, later = HealthPolicy(), NOW + timedelta(minutes=5)
    hot = models.Measured(person="p", temperature_c=policy.fever_c + 1)
    well = models.Measured(person="p", temperature_c=policy.fever_c - 1)
    none = rules.FeverState()
    fever = rules.screen(hot, NOW, none, policy).state
    confirmed = rules.screen(hot, later, fever, policy).state
    cleared = rules.cleared(confirmed, "c", later)
    for state in (none, fever, confirmed, cleared):
        for what, measured in (("a fever", hot), ("no fever", well)):
            after = rules.screen(measured, later + timedelta(minutes=5), state, policy).state
            if after.status != state.status:
                yield state.status, after.status, what
    yield confirmed.status, cleared.status, "clearance"


def _find(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _notices(**more: Any) -> Iterable[Any]:
    notice = _find("functions.payments.providers.protocol.notices", "Notice")
    for said in get_args(_find("functions.payments.providers.protocol.notices", "Said")):
        yield notice(
            provider="alipay", notice="n", said=said, order="i", amount_fen=100, at=NOW, **more
        )  # fmt: skip


def _known(intent: Any, refund: Any) -> Any:
    return _find("functions.payments.books.settlement", "Known")(intent, refund)


def _intent(**more: Any) -> Any:
    return _find("functions.payments.books.orders", "Intent").model_construct(
        intent="i", community="c", bill="b", home="h", payer="p", provider="alipay", seller="s", app="a",
        amount_fen=100, created_at=NOW, expires_at=NOW, **more,
    )  # fmt: skip


MACHINES: dict[str, list[Machine]] = {
    "health": [Machine("A fever", "normal", _of_fevers)],
    "maintenance": [
        Machine("A repair", "submitted", lambda: _of_tickets("REPAIR")),
        Machine("A complaint or an enquiry", "submitted", lambda: _of_tickets("ANSWER")),
    ],
    "payments": [
        Machine("An order, by what its provider says", "open", _of_intents),
        Machine("A refund, by what its provider says", "requested", _of_refunds),
    ],
}
