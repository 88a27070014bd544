"""The `linli` command. Commands are plain functions in modules of their own; here they get names."""

import sys

import typer
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, EndpointConnectionError
from rich.console import Console

from linli_cli import deploying
from linli_cli.cloud import NOT_RUNNING
from linli_cli.errors import CommandError

LOOPBACK = ("://localhost", "://127.0.0.1")

app = typer.Typer(
    name="linli",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="邻里: run, deploy and operate Linli.",
)
app.command()(deploying.deploy)
app.command()(deploying.status)


def main() -> None:
    """Run a command. An expected error is one red line on stderr and exit code 1."""
    try:
        app()
    except CommandError as error:
        fail(str(error))
    except (EndpointConnectionError, ConnectionClosedError) as error:
        text = str(error)
        fail(NOT_RUNNING if any(host in text for host in LOOPBACK) else text)
    except (ClientError, BotoCoreError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("interrupted")


def fail(line: str) -> None:
    """One line, whatever the message's own line breaks."""
    console = Console(stderr=True)
    console.print(" ".join(line.split()), style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
