"""The rules' scores as a table and as a plot."""

from collections.abc import Sequence
from math import inf
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING

from rich.table import Table

from simulation.judging import Score, Scores, total
from simulation.rules import OURS, WITHOUT_RHYTHM

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {"8 h": "C7", "10 h": "C8", "12 h": "C0", WITHOUT_RHYTHM: "C2", OURS: "C3"}
HOURS_SHOWN = 48


def table(by_seed: Sequence[Scores], title: str) -> Table:
    """One row per rule: the sum over the seeds, and ± the standard deviation between them."""
    columns = ("rule", "false alarms", "in 24 h", "in 48 h", "median", "p90", "mean", "cannot see")
    shown = Table(*columns, title=title)
    shown.caption = (
        "false alarms and calls because nobody can see: per person-month; emergencies found; delay in hours, "
        "of the mean at most 48"
    )
    for name, score in total(by_seed).items():
        each = [scores[name].per_month for scores in by_seed]
        spread = f" ± {stdev(each):.2f}" if len(each) > 1 else ""
        shown.add_row(
            name,
            f"{mean(each):.2f}{spread}",
            f"{score.found_within(24):.0%}",
            f"{score.found_within(48):.0%}",
            _hours(score.delay(0.5)),
            _hours(score.delay(0.9)),
            _hours(score.mean_delay),
            f"{score.duties_per_month:.2f}",
            style="bold" if name == OURS else "",
        )
    return shown


def caption(scores: Scores) -> str:
    """What was lived through."""
    ours = scores[OURS]
    kinds = ", ".join(f"{ours.kinds.count(kind)} {kind}" for kind in sorted(set(ours.kinds)))
    return f"{ours.months:,.0f} person-months, {len(ours.delays)} emergencies: {kinds}"


def by_kind(scores: Scores, kind: str) -> str:
    """The median delay of one kind of emergency, under each rule."""
    delays = ", ".join(f"{name} {_hours(score.of(kind).delay(0.5))}" for name, score in scores.items())
    return f"{kind} ({scores[OURS].kinds.count(kind)}), median delay, h: {delays}"


def plot(scores: Scores, path: Path) -> None:
    """Delay against false alarms, and what share of emergencies is found how soon; a .png or .svg."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second of imports that only this needs

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name, score in scores.items():
        _trade(left, name, score)
        _found(right, name, score)
    left.set(xlabel="false alarms per person-month", ylabel="delay, hours (median, and to p90)", xscale="log")
    left.set_ylim(0, HOURS_SHOWN)
    right.set(xlabel="hours since the emergency", ylabel="share found", xlim=(0, HOURS_SHOWN), ylim=(0, 1))
    left.legend(loc="upper center")
    figure.suptitle(f"care: {caption(scores)}")
    figure.savefig(path)


def _trade(axes: "Axes", name: str, score: Score) -> None:
    middle, late = (min(score.delay(share), HOURS_SHOWN) for share in (0.5, 0.9))
    alarms = max(score.per_month, 0.01)
    axes.plot([alarms, alarms], [middle, late], color=COLOURS[name], linewidth=1)
    axes.plot([alarms], [middle], "o", color=COLOURS[name], label=name)


def _found(axes: "Axes", name: str, score: Score) -> None:
    delays = sorted(delay for delay in score.delays if delay < inf)
    shares = [index / len(score.delays) for index in range(len(delays) + 1)]
    hours = [0.0, *delays]
    axes.step(hours, shares, where="post", color=COLOURS[name], label=name)


def _hours(delay: float) -> str:
    return "never" if delay == inf else f"{delay:.1f}"
