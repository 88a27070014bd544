"""Another commit of the repository, in a folder of its own, with what its own lock file asks for."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

OURS = ("PYTHONPATH", "LINLI_", "AWS_", "MAKE", "MFLAGS")  # what of our own settings is not another's


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The folder of a commit, ready to run; gone afterwards. Raises CommandError."""
    with TemporaryDirectory(prefix="linli-") as parent:
        folder = Path(parent) / "checkout"
        run(["git", "worktree", "add", "--quiet", "--detach", str(folder), commit], ROOT)
        try:
            run(["make", "--silent", ".venv/ready"], folder)
            yield folder
        finally:
            run(["git", "worktree", "remove", "--force", str(folder)], ROOT)


def python(folder: Path) -> str:
    """The interpreter of a checkout."""
    return str(folder / ".venv/bin/python")


def module(folder: Path, name: str) -> str:
    """What a module of the `linli` command is called in a checkout, in whatever folder it lies there.

    Raises CommandError when there is none, or more than one.
    """
    source = folder / "infra/cli"
    found = sorted((source / "linli_cli").rglob(f"{name}.py"))
    if len(found) != 1:
        raise CommandError(f"{folder}: {len(found)} modules are called {name}")
    return ".".join(found[0].relative_to(source).with_suffix("").parts)


def run(command: list[str], folder: Path, more: Mapping[str, str] | None = None) -> None:
    """Run a program in a checkout, whose output is ours. Raises CommandError when it fails."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(command, cwd=folder, env=settings | dict(more or {}), check=False)
    if done.returncode:
        raise CommandError(f"`{' '.join(command)}` in {folder} failed: exit code {done.returncode}")
