"""Progress of long commands on stderr: a spinner on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

UNLIMITED = 200  # columns, where no terminal sets a limit
Say = Callable[[str], None]


class Progress:
    """Steps one after the other, each with the time it took. Quiet steps leave no line behind."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, what: str) -> Iterator[Say]:
        """Show `what` while it goes on; gives a function that says how far it is."""
        started = time.monotonic()
        with self.console.status(escape(what)) as status:

            def say(line: str) -> None:
                status.update(f"{escape(what)}: {escape(line)}")
                if not self.console.is_terminal:
                    self.console.print(f"  {escape(line)}")

            if not self.console.is_terminal:
                self.console.print(f"{escape(what)} …")
            yield say
        self.console.print(f"[green]✓[/] {escape(what)} [dim]{time.monotonic() - started:.1f} s[/]")


def number_of(number: int, what: str) -> str:
    """`1 sample`, `2 samples`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def wide_table(*columns: str) -> tuple[Console, Table]:
    """A table for stdout whose first column is never cut, and the console to print it on."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=UNLIMITED)
    first, *others = columns
    return console, Table(Column(first, no_wrap=True, min_width=len(first)), *others, box=None)
