"""`python -m linli_cli.documents.readme`: what pages say that the code says as well: services, facts,
rows, outcomes, messages.

It stands between two marks, `<!-- rows -->` and `<!-- /rows -->`, and is made from the code. `--write` puts
it there, and makes docs/actions.md and NOTICE; without it, the exit code says whether all is there, whether
people have words for every code, terms stand in the glossary, examples can be tried, README.zh-CN.md is in
step with README.md, and subjects of commits fit.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from linli_cli.develop.actions import actions
from linli_cli.documents import core, listing, telling
from linli_cli.documents.alarms import alarms
from linli_cli.documents.commits import check_subjects
from linli_cli.documents.core import first_sentence
from linli_cli.documents.examples import check_examples
from linli_cli.documents.glossary import check_glossary
from linli_cli.documents.machines import machines
from linli_cli.documents.notice import PAGE, notice
from linli_cli.documents.policies import policies
from linli_cli.documents.rows import rows
from linli_cli.documents.translation import CHINESE, ENGLISH, check_translation, in_chinese
from linli_cli.documents.words import check_words
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services
from linli_cli.reading.messages import messages, senders
from linli_cli.reading.outcomes import outcomes

ARCHITECTURE = Path("docs/architecture.md")
RENEW = "run `make format` (or `python -m linli_cli.documents.readme --write`)"

Part = Callable[[str, Path], str]
# The parts of a service's README, by the word in their marks; all services have those of OF_ALL.
PARTS: dict[str, Part] = {
    "rows": rows,
    "outcomes": outcomes,
    "messages": messages,
    "senders": senders,
    "alarms": alarms,
    "policies": policies,
    "states": machines,
}
OF_ALL = ("messages", "rows", "outcomes", "alarms")


def service_list(root: Path = ROOT, *, chinese: bool = False) -> str:
    """A line per service: what it is about, by the docstring of its package, and how many actions it has."""
    counted = Counter(action.service for action in actions(root))
    head = "| 服务 | 做什么 | 动作 |" if chinese else "| service | what it is about | actions |"
    lines = [head, "| --- | --- | --- |"]
    for name in sorted(services(root)):
        path = root / "functions" / name / "__init__.py"
        about = in_chinese(path, root) if chinese else first_sentence(path)
        lines.append(
            f"| [{name}](functions/{name}/README.md) | {about} | [{counted[name]}]({listing.PAGE}#{name}) |"
        )
    return "\n".join(lines)


def renewed(text: str, root: Path = ROOT, *, chinese: bool = False) -> str:
    """README.md, or the Chinese one, as the code wants it. Raises CommandError when it lacks a mark."""
    begin, end = marks("services")
    where = (CHINESE if chinese else ENGLISH).as_posix()
    return between(text, begin, f"\n{service_list(root, chinese=chinese)}\n", end, where)


def renewed_architecture(text: str, root: Path = ROOT) -> str:
    """docs/architecture.md as the code wants it. Raises CommandError when it lacks a mark."""
    for name, part in {"picture": telling.picture, "facts": telling.table, "once": core.table}.items():
        begin, end = marks(name)
        text = between(text, begin, f"\n{part(root)}\n", end, ARCHITECTURE.as_posix())
    return text


def renewed_service(text: str, service: str, root: Path = ROOT) -> str:
    """A service's README as the code wants it. Raises CommandError when it lacks a mark, or a part cannot be
    made.
    """
    for name, part in PARTS.items():
        if name in OF_ALL or marks(name)[0] in text:
            begin, end = marks(name)
            text = between(text, begin, f"\n{part(service, root)}\n", end, f"functions/{service}/README.md")
    return text


def marks(name: str) -> tuple[str, str]:
    """What stands before and after a part."""
    return f"<!-- {name} -->", f"<!-- /{name} -->"


def between(text: str, begin: str, made: str, end: str, where: str = "README.md") -> str:
    """The text with `made` between two marks. Raises CommandError when it lacks them."""
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise CommandError(f"{where} has no place for the table or list: {begin} … {end}")
    return f"{before}{begin}{made}{end}{after}"


def pages(root: Path = ROOT) -> dict[Path, tuple[str, str]]:
    """Each page that is made in part, as it is and as it should be."""
    made: dict[Path, Callable[[str], str]] = {
        root / ENGLISH: lambda text: renewed(text, root),
        root / CHINESE: lambda text: renewed(text, root, chinese=True),
    }
    for service in services(root):
        path = root / "functions" / service / "README.md"
        made[path] = lambda text, service=service: renewed_service(text, service, root)  # type: ignore[misc]
    made[root / listing.PAGE] = lambda _: listing.page(root)
    made[root / ARCHITECTURE] = lambda text: renewed_architecture(text, root)
    made[root / PAGE] = lambda _: notice(root)
    found = {path: path.read_text(encoding="utf-8") if path.exists() else "" for path in made}
    return {path: (found[path], renew(found[path])) for path, renew in made.items()}


def first_difference(text: str, fresh: str) -> str:
    """The first line that the code wants otherwise, for whoever wonders what is out of date."""
    old, new = text.splitlines(), fresh.splitlines()
    lines = (each for each in new if each not in set(old))
    return next(lines, next((each for each in old if each not in set(new)), "the order of lines"))


def complained(*checks: Callable[[], None]) -> Iterator[str]:
    """What each check says that does not pass: all of it at once, since each takes its time."""
    for check in checks:
        try:
            check()
        except CommandError as error:
            yield str(error)


def main() -> int:
    """Write what is made, or say whether it is up to date."""
    found = pages()
    stale = {path: both for path, both in found.items() if both[0] != both[1]}
    if "--write" in sys.argv[1:]:
        for path, (_, fresh) in stale.items():
            path.write_text(fresh, encoding="utf-8")
        return 0
    for path, (text, fresh) in stale.items():
        name = path.relative_to(ROOT).as_posix()
        print(
            f"{name}: not what the code says; {RENEW}. The code says: {first_difference(text, fresh)[:160]}"
        )
    complaints = list(
        complained(check_words, check_glossary, check_examples, check_translation, check_subjects)
    )
    for each in complaints:
        print(each, file=sys.stderr)
    return 1 if stale or complaints else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CommandError as error:
        sys.exit(str(error))
