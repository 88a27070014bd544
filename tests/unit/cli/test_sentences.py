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


def test_all_that_code_says_is_in_every_language_with_the_same_parameters() -> None:
    assert list(sentences.complaints()) == []
