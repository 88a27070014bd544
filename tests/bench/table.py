"""How figures are told: medians, each with its ratio to the baseline of the same run."""

import os
import sys
from collections.abc import Sequence
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table


def show(title: str, unit: str, rows: Sequence[tuple[str, Sequence[float]]], budget: str) -> None:
    """Print one row per series; the first is the baseline that the others are compared with."""
    table = Table(
        "what", f"median {unit}", f"p99 {unit}", "× baseline", "n", title=title, caption=f"budget: {budget}"
    )
    baseline = median(rows[0][1])
    for name, series in rows:
        p99 = quantiles(series, n=100)[98] if len(series) > 1 else series[0]
        middle = median(series)
        table.add_row(name, f"{middle:.2f}", f"{p99:.2f}", f"{middle / baseline:.2f}", str(len(series)))
    console = Console(file=sys.__stdout__, width=110)  # what is measured may log; that stays captured
    console.print(table)
    console.print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", style="dim")
