"""The subjects of commits: at most 72 characters, since the last release."""

import subprocess
from pathlib import Path

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

LONGEST = 72
NOBODYS = ("Merge ", "Revert ")  # written by git


def check_subjects(root: Path = ROOT) -> None:
    """Raise CommandError for a commit since the last tag, or for the last one, whose subject is too long.

    What was released cannot be written anew. Where there is no history it says nothing.
    """
    tag = _git(root, "describe", "--tags", "--abbrev=0")
    commits = [f"{tag[0]}..HEAD"] if tag else ["--max-count=1"]
    for line in _git(root, "log", "--format=%h %s", "--no-merges", *commits):
        commit, _, subject = line.partition(" ")
        if len(subject) > LONGEST and not subject.startswith(NOBODYS):
            raise CommandError(
                f"commit {commit}: its subject has {len(subject)} characters of at most {LONGEST}: "
                f"`git commit --amend` or `git rebase -i`"
            )


def _git(root: Path, *asked: str) -> list[str]:
    """What git answers, line by line; nothing where there is none, or no repository."""
    try:
        done = subprocess.run(["git", *asked], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []
