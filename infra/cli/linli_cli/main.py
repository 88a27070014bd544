"""The `linli` command. Commands are plain functions in modules of their own; here they get names."""

import sys

import typer

from linli_cli.commands import Commands
from linli_cli.errors import CommandError

app = typer.Typer(
    name="linli",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def linli() -> None:
    """邻里: run, deploy and operate Linli."""


def main() -> None:
    """Run a command. An expected error is one red line on stderr and exit code 1."""
    try:
        app()
    except CommandError as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("interrupted")
    except Exception as error:
        from linli_cli import foreseen  # noqa: PLC0415  what succeeds need not know how all can fail

        line = foreseen.line_of(error)
        if line is None:
            raise
        fail(line)


def fail(line: str) -> None:
    """One line, whatever the message's own line breaks."""
    from rich.console import Console  # noqa: PLC0415  nor how it is told

    console = Console(stderr=True)
    console.print(" ".join(line.split()), style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
