"""The `linli` command. Commands are plain functions in modules of their own; here they get names."""

import sys

import requests
import typer
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, EndpointConnectionError
from rich.console import Console

from linli_cli.demo import merchants, paying, running, seeding
from linli_cli.deploy import deploying, page_builds
from linli_cli.develop import replaying, sampling
from linli_cli.devices import device_keys, publishing
from linli_cli.errors import CommandError
from linli_cli.importing import commands as importing
from linli_cli.importing import personal
from linli_cli.interfaces import asyncapi, openapi, writing
from linli_cli.letters import clearing, dead_letters
from linli_cli.local import engines, tokens
from linli_cli.operate import addresses, logs, trace
from linli_cli.restoring import commands as restoring
from linli_cli.standing import runbook, status
from simulation import simulating

LOOPBACK = ("localhost", "127.0.0.1")
EXPIRED_CODES = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
EXPIRED = ": the AWS credentials have expired, log in again"

app = typer.Typer(
    name="linli",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="邻里: run, deploy and operate Linli.",
)
app.command()(running.up)
app.command()(running.down)
app.command()(running.reset)
app.command()(deploying.deploy)
app.command()(deploying.rollback)
app.command()(status.status)
app.command()(runbook.runbook)
app.command()(restoring.restore)
app.command("pages")(page_builds.builds)
app.command()(addresses.urls)
app.command()(addresses.console)
app.command()(seeding.seed)
app.command()(tokens.token)
app.command()(publishing.publish)
app.command()(paying.pay)
app.command()(paying.refund)
app.command()(merchants.merchant)
app.command()(replaying.replay)
app.command()(logs.logs)
app.command()(trace.trace)
app.command()(openapi.openapi)
app.command("import")(importing.import_)
app.command()(importing.export)
app.command()(asyncapi.asyncapi)
app.command()(writing.documents)
app.add_typer(device_keys.app, name="device")
app.add_typer(personal.app, name="person")
app.add_typer(sampling.app, name="sample")
app.add_typer(simulating.app, name="simulate")
dead_letters.app.command()(clearing.redrive)
dead_letters.app.command()(clearing.discard)
app.add_typer(dead_letters.app, name="dlq")


def main() -> None:
    """Run a command. An expected error is one red line on stderr and exit code 1."""
    try:
        app()
    except CommandError as error:
        fail(str(error))
    except (EndpointConnectionError, ConnectionClosedError, requests.ConnectionError) as error:
        text = str(error)
        fail(engines.local_cloud().status().line if any(host in text for host in LOOPBACK) else text)
    except (ClientError, BotoCoreError, requests.RequestException) as error:
        fail(f"{error}{EXPIRED if any(code in str(error) for code in EXPIRED_CODES) else ''}")
    except KeyboardInterrupt:
        fail("interrupted")


def fail(line: str) -> None:
    """One line, whatever the message's own line breaks."""
    console = Console(stderr=True)
    console.print(" ".join(line.split()), style="red", markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
