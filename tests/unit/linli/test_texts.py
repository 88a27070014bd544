"""Texts: one character that can be seen is enough, and as many that cannot are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from functions.access.remote_open.models import OpeningWanted
from functions.access.standing.models import PlaceWord
from functions.health.fever_check.models import Clearance
from functions.utilities.held_reading.models import Verdict
from linli.contracts import Contract
from linli.texts import Remark, Words, is_visible

WORDS, REMARK = TypeAdapter(Words), TypeAdapter(Remark)
unseen = st.text(
    st.one_of(
        st.sampled_from(
            "\u115f\u1160\u2800\u3164\uffa0\u3000\u00a0\u200b\u200d\ufe0f\ufeff\u202e\u0301\t\n\0"
        ),
        st.characters(categories=("Zs", "Zl", "Zp", "Cc", "Cf")),
    )
)

seen = st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u115f\u1160\u2800\u3164\uffa0")


@given(unseen)
def test_what_cannot_be_seen_is_nothing(text: str) -> None:
    assert not is_visible(text)
    assert REMARK.validate_python(text) == ""
    with pytest.raises(ValidationError):
        WORDS.validate_python(text)


@given(
    unseen,
    st.characters(categories=("L", "N", "P", "S"), exclude_characters="\u115f\u1160\u2800\u3164\uffa0"),
    unseen,
)
def test_one_character_is_enough_and_the_text_stays_as_it_was(before: str, one: str, after: str) -> None:
    text = before + one + after
    assert WORDS.validate_python(text) == REMARK.validate_python(text) == text


@pytest.mark.parametrize("text", ["漏水", "停电", "漏", "?", "🚿", "👨‍👩‍👧", "é", "ا"])
def test_short_words_of_any_script_are_words(text: str) -> None:
    assert WORDS.validate_python(text) == text


ASKED: list[tuple[type[Contract], dict[str, str]]] = [
    (OpeningWanted, {"reason": ""}),
    (PlaceWord, {"reason": ""}),
    (Clearance, {"note": ""}),
    (Verdict, {"decision": "accept", "note": ""}),
]


@pytest.mark.parametrize(("asked", "body"), ASKED)
@pytest.mark.parametrize(
    ("text", "is_one"), [("快递", True), ("好", True), ("   ", False), ("\u200b", False)]
)
def test_whoever_asks_for_a_word_takes_a_short_one_and_no_blanks(
    asked: type[Contract], body: dict[str, str], text: str, *, is_one: bool
) -> None:
    said = {name: value or text for name, value in body.items()}
    if is_one:
        assert text in asked.model_validate(said).model_dump().values()
    else:
        with pytest.raises(ValidationError):
            asked.model_validate(said)
