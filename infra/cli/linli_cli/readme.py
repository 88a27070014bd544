"""`python -m linli_cli.readme`: the table of actions and the list of services in README.md.

Both are made from the code. `--write` puts them there; without it, the exit code says whether they are there.
"""

import sys
from pathlib import Path

from linli_cli.actions import Action, actions
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services

BEGIN = "<!-- actions: made by `python -m linli_cli.readme --write` -->"
END = "<!-- /actions -->"
BEGIN_SERVICES = "<!-- services -->"
END_SERVICES = "<!-- /services -->"


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


def service_list(root: Path = ROOT) -> str:
    """The services, each with a link to what it says of itself."""
    return ", ".join(f"[{name}](functions/{name}/README.md)" for name in sorted(services(root)))


def renewed(text: str, root: Path = ROOT) -> str:
    """README.md as the code wants it. Raises CommandError when it lacks a mark."""
    return between(with_table(text, table(root)), BEGIN_SERVICES, service_list(root), END_SERVICES)


def with_table(text: str, made: str) -> str:
    """The text with the table `made` between its marks. Raises CommandError when it lacks them."""
    return between(text, BEGIN, f"\n{made}\n", END)


def between(text: str, begin: str, made: str, end: str) -> str:
    """The text with `made` between two marks. Raises CommandError when it lacks them."""
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise CommandError(f"README.md has no place for the table or list: {begin} … {end}")
    return f"{before}{begin}{made}{end}{after}"


def main() -> int:
    """Write table and list, or say whether they are up to date."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    fresh = renewed(text)
    if "--write" in sys.argv[1:]:
        path.write_text(fresh, encoding="utf-8")
    elif fresh != text:
        print("README.md: table or list is out of date; run `python -m linli_cli.readme --write`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
