"""`python -m linli_cli.readme`: the table of actions in README.md, made from the code.

`--write` puts it there; without it, the exit code says whether it is there already.
"""

import sys
from pathlib import Path

from linli_cli.actions import Action, actions
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

BEGIN = "<!-- actions: made by `python -m linli_cli.readme --write` -->"
END = "<!-- /actions -->"


def table(root: Path = ROOT) -> str:
    """One line per action: what triggers it, its name, its folder, a sample to replay."""
    lines = ["| trigger | action | folder | sample event |", "| --- | --- | --- | --- |"]
    lines += [line_of(action) for action in actions(root)]
    return "\n".join(lines)


def line_of(action: Action) -> str:
    trigger = action.sentences.get("Trigger", "").rstrip(".").replace("|", "\\|")
    folder = action.folder.relative_to(action.root).as_posix()
    samples = action.samples
    sample = samples[0].path.relative_to(action.root).as_posix() if samples else ""
    shown = f"[{samples[0].path.name}]({sample})" if samples else "none yet"
    return f"| {trigger} | `{action.title}` | [{folder}]({folder}) | {shown} |"


def with_table(text: str, made: str) -> str:
    """README.md with `made` between its marks. Raises CommandError when it lacks them."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CommandError(f"README.md has no place for the table: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def main() -> int:
    """Write the table, or say whether it is up to date."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    fresh = with_table(text, table())
    if "--write" in sys.argv[1:]:
        path.write_text(fresh, encoding="utf-8")
    elif fresh != text:
        print("README.md: the table of actions is out of date; run `python -m linli_cli.readme --write`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
