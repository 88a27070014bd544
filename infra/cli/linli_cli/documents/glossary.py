"""docs/glossary.md: the field's terms in Chinese and English. Its rows are data: `| 门禁 | access | … |`.

Every Chinese term that a docstring or a comment gives in brackets has a row, and every row's English word is
one of the code's.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from linli_cli.errors import CommandError
from linli_cli.layout import ROOT

PAGE = Path("docs/glossary.md")
ROW = re.compile(r"^\| ([\u4e00-\u9fff]+) \| ([^|]+?) \| ([^|]+?) \|$", re.MULTILINE)
IN_BRACKETS = re.compile(r"\(([\u4e00-\u9fff][\u4e00-\u9fff、/, 0-9]*)\)")
TERM = re.compile(r"[\u4e00-\u9fff]+")
NO_TERM = re.compile(r"(办法|规定|条例|标准)$")  # the name of a rule
CODE = ("functions", "layers/core/python/linli")


def terms_in_code(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """The Chinese terms that the code explains itself by, and where."""
    for path in (path for folder in CODE for path in sorted((root / folder).rglob("*.py"))):
        for found in IN_BRACKETS.finditer(path.read_text(encoding="utf-8")):
            for term in TERM.findall(found[1]):
                if not NO_TERM.search(term):
                    yield term.removesuffix("等"), path


def rows(root: Path = ROOT) -> dict[str, str]:
    """The English word of each Chinese term in the glossary."""
    return {zh: en for zh, en, _ in ROW.findall((root / PAGE).read_text(encoding="utf-8")) if zh != "中文"}


def check_glossary(root: Path = ROOT) -> None:
    """Raise CommandError for a term that has no row, and for a row that is none of the code's."""
    known = rows(root)
    missing = {term: path for term, path in terms_in_code(root) if term not in known}
    if missing:
        shown = ", ".join(f"{term} ({path.relative_to(root)})" for term, path in sorted(missing.items()))
        raise CommandError(f"{PAGE} has no row for {shown}: add one, `| 中文 | English | what it is |`")
    text = "\n".join(
        path.read_text(encoding="utf-8") for folder in CODE for path in (root / folder).rglob("*.py")
    )
    text += "\n".join(path.read_text(encoding="utf-8") for path in (root / "functions").glob("*/README.md"))
    ours = {zh: en for zh, en in known.items() if zh in text}
    unused = [f"{zh} {en}" for zh, en in ours.items() if not re.search(re.escape(en), text, re.IGNORECASE)]
    if unused:
        raise CommandError(f"{PAGE} has terms that the code does not use: {', '.join(unused)}")
