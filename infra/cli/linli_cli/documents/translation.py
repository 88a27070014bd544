"""README.zh-CN.md says what README.md says: section by section the same commands, tables, links, code and
numbers. Whether the sentences between them mean the same, people read.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

ENGLISH, CHINESE = Path("README.md"), Path("README.zh-CN.md")
FENCE = re.compile(r"(?ms)^```.*?^```$")
HEADING = re.compile(r"^#+ ", re.MULTILINE)
COMMENT = re.compile(r"(?:^| +)# .*")
LABEL = re.compile(r'"[^"\n]*"')  # of a node or an arrow of a picture
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`[^`\n]+`")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
CHARACTER = re.compile(r"[\u4e00-\u9fff]")


def in_chinese(path: Path, root: Path = ROOT) -> str:
    """What a service is about, in Chinese: the second paragraph of its package's docstring. Raises
    CommandError where there is none.
    """
    _, _, second = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")
    about = second.partition("\n\n")[0].replace("\n", "").rstrip("。").replace("|", "\\|")
    if not CHARACTER.search(about):
        raise CommandError(
            f"{path.relative_to(root)}: its docstring has no second paragraph that says it in Chinese"
        )
    return about


def check_translation(root: Path = ROOT) -> None:
    """Raise CommandError for the first section in which the two pages are not in step."""
    english, chinese = (sections((root / page).read_text(encoding="utf-8")) for page in (ENGLISH, CHINESE))
    levels = [[title.partition(" ")[0] for title, _ in page] for page in (english, chinese)]
    if levels[0] != levels[1]:
        told = " against ".join(", ".join(title for title, _ in page) for page in (english, chinese))
        raise CommandError(f"{CHINESE} has other headings than {ENGLISH}: {told}")
    for page, first, other in ((ENGLISH, english[0], CHINESE), (CHINESE, chinese[0], ENGLISH)):
        if f"]({other})" not in first[1]:
            raise CommandError(f"{page}: no link to {other} at its top")
    for (title, there), (_, here) in zip(english, chinese, strict=True):
        for what, wanted, found in compared(there, here):
            if wanted != found:
                raise CommandError(
                    f"{CHINESE} is not in step with {ENGLISH}: {title}: {what}: {odd(wanted, found)}"
                )


def sections(text: str) -> list[tuple[str, str]]:
    """Each heading and what stands below it, with the heading; a comment in a block is none."""
    blocks = FENCE.findall(text)
    bare = FENCE.sub("\0", text)
    starts = [found.start() for found in HEADING.finditer(bare)]
    parts = [bare[start:end] for start, end in zip(starts, [*starts[1:], len(bare)], strict=True)]
    left = iter(blocks)
    return [(part.partition("\n")[0], re.sub("\0", lambda _: next(left), part)) for part in parts]


def compared(english: str, chinese: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """What has to be the same in a section, and what it is in both."""
    for what, told in {
        "blocks": block_lines,
        "table rows": rows,
        "links": links,
        "code": code,
        "numbers": numbers,
    }.items():
        yield what, told(english), told(chinese)


def block_lines(section: str) -> list[str]:
    """The lines of fenced blocks: comments and the labels of pictures are told in each language."""
    return [
        LABEL.sub('""', line) if block.startswith("```mermaid") else COMMENT.sub(" #", line)
        for block in FENCE.findall(section)
        for line in block.splitlines()
    ]


def rows(section: str) -> list[str]:
    """The rows of tables, each as what it has in code and links, in order."""
    lines = (line for line in FENCE.sub("", section).splitlines() if line.startswith("|"))
    return [
        " ".join([f"{line.count(' | ') + 1} columns", *LINK.findall(line), *CODE.findall(line)])
        for line in lines
    ]


def links(section: str) -> list[str]:
    """Where links lead, but for the one to the other language; a sentence may name them in another order."""
    pages = {ENGLISH.as_posix(), CHINESE.as_posix()}
    return sorted(link for link in LINK.findall(FENCE.sub("", section)) if link not in pages)


def code(section: str) -> list[str]:
    """What stands in backticks, in any order."""
    return sorted(CODE.findall(FENCE.sub("", section)))


def numbers(section: str) -> list[str]:
    """Numbers in figures, those in comments and labels too, in any order."""
    return sorted(NUMBER.findall(section))


def odd(wanted: list[str], found: list[str]) -> str:
    """What only one of the two has."""
    lacking, more = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    told = {"lacks": lacking, "has besides": more}
    return (
        "; ".join(f"{verb} {', '.join(each.elements())}" for verb, each in told.items() if each)
        or "in another order"
    )
