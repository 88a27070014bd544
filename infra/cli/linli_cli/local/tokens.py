"""The command `token`."""

from typing import Annotated

import typer

from linli.ids import is_id
from linli_cli.cloud import LOCAL
from linli_cli.deploy.deploying import Stage
from linli_cli.errors import CommandError
from linli_cli.local import issuer


def token(
    person: Annotated[str, typer.Option("--person", metavar="ID", help="Whose, e.g. willow-resident-1.")],
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, help="How long it is good for.")
    ] = issuer.MINUTES,
    stage: Stage = LOCAL,
) -> None:
    """Print a token of a person, for the local cloud, and nothing else."""
    if not is_id(person):
        raise CommandError(f"{person} is no id: lower-case letters, digits and dashes, at most 64")
    print(issuer.token(person, stage, minutes))
