"""The command `pages`."""

from typing import Annotated

import typer

from linli_cli.cloud import LOCAL, connect
from linli_cli.deploy import pages, stacks
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.errors import CommandError
from linli_cli.progress import wide_table


def builds(
    build: Annotated[str | None, typer.Argument(metavar="BUILD", help="The one to go (back) to.")] = None,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """The builds of the pages of a stage, and which one is seen; with BUILD, that one from now on."""
    if stage == LOCAL:
        raise CommandError("the local front serves what was built last: `make console`")
    bucket = stacks.outputs(stage, stacks.CONSOLE, profile)["PagesName"]
    s3 = connect(stage, profile).client("s3")
    if build:
        pages.point(s3, bucket, build)
    seen = pages.pointed(s3, bucket)
    out, table = wide_table("build", "since", "")
    for name, since in pages.builds(s3, bucket):
        table.add_row(name, since.isoformat(timespec="seconds"), "is seen" if name == seen else "")
    out.print(table)
