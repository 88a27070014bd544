"""What code tells people is in the catalogue, in every language, with the parameters that it names."""

import textwrap
from pathlib import Path

import pytest

from linli_cli.documents import sentences

SAYS = {
    "a sentence composed in code": (
        'from linli.errors import Conflict\nraise Conflict("the bill is paid")', "no language has words"
    ),
    "a sentence with a value in it": (
        'from linli.errors import Conflict\nraise Conflict(f"at most {most}")', "belongs here"
    ),
    "a sentence kept elsewhere": (
        "from linli.errors import NotFound\nraise NotFound(NOWHERE)", "belongs here"
    ),
    "an error of the tree's own": (
        'from linli.errors import Conflict\nclass Late(Conflict): ...\nraise Late("so late")', "no language"
    ),
    "a sentence without its parameter": (
        'from linli.errors import Conflict\nraise Conflict("too_many_credentials")', "is said without most"
    ),
    "a sentence handed on by another function": (
        'raise refusal(ticket, actor, "it is not yours")', "no language has words"
    ),
    "a validator with words of its own": (
        'from pydantic import BaseModel\nraise ValueError("is blank")', "InvalidField"
    ),
    "a text in Chinese that stands in code": (
        'TEXTS = {"alert": "【邻里】有告警待处理。"}', "every catalogue"
    ),
    "a text in Chinese with a value in it": ('text = f"{minutes} 分钟前"', "every catalogue"),
    "a field that is wrong in words of its own": ('Wrong("gates.0", "no gate")', "no language has words"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "complaint"), SAYS.values(), ids=SAYS)
def test_what_is_answered_and_is_no_code_of_the_catalogue_is_told_with_its_place(
    tmp_path: Path, source: str, complaint: str
) -> None:
    place = tmp_path / "functions" / "access" / "domain.py"
    place.parent.mkdir(parents=True)
    place.write_text(textwrap.dedent(source), encoding="utf-8")
    found = [each for each in sentences.complaints(tmp_path) if "is said nowhere" not in each]
    assert any("functions/access/domain.py" in each and complaint in each for each in found)


def test_what_code_says_of_itself_and_spellings_that_come_in_are_no_texts_for_people(tmp_path: Path) -> None:
    said = '"""Water (水)."""\ndef medium() -> str:\n    """The medium (水、电)."""\n    return "water"\n'
    for place in ("functions/access/domain.py", "layers/core/python/linli/plates.py"):
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(said, encoding="utf-8")
    (tmp_path / place).write_text(said + 'PROVINCES = "京津沪渝"\n', encoding="utf-8")
    assert list(sentences.composed(tmp_path)) == []


def test_all_that_code_says_is_in_every_language_with_the_same_parameters() -> None:
    assert list(sentences.complaints()) == []
