"""Tags of answers: the same answer has the same one, and who names it is understood however it is written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.contracts import Contract
from linli.etags import AS_OF, Tagged, headers_of, tag_of, tags_in

NOW = datetime(2026, 11, 27, tzinfo=UTC)
OPAQUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"'), max_size=20)


class Words(Tagged):
    words: list[str]
    about: dict[str, str] = {}


@given(st.lists(OPAQUE, max_size=5), st.booleans())
def test_all_tags_that_a_caller_names_are_read_weak_or_strong(tags: list[str], weak: bool) -> None:
    named = ", ".join(f'{"W/" if weak else ""}"{tag}"' for tag in tags)
    assert tags_in(named) == set(tags)


@pytest.mark.parametrize("named", [None, "", "nonsense", '"unclosed', "W/unquoted", "* and more"])
def test_what_is_no_tag_names_none(named: str | None) -> None:
    assert tags_in(named) == frozenset()


def test_any_tag_is_a_star() -> None:
    assert tags_in(" * ") == {"*"}


@given(OPAQUE)
def test_what_is_sent_is_read_back(tag: str) -> None:
    assert tags_in(headers_of(tag, NOW)["ETag"]) == {tag}


@given(st.lists(st.text(max_size=3)), st.lists(st.text(max_size=3)))
def test_answers_have_one_tag_just_when_they_say_the_same(one: list[str], other: list[str]) -> None:
    first, second = Words(words=one, as_of=NOW), Words(words=other)
    assert (first.tag == second.tag) is (one == other)


def test_parts_of_a_tag_do_not_run_into_each_other() -> None:
    assert tag_of("ab", "c") != tag_of("a", "bc")


def test_an_answer_keeps_the_tag_that_its_maker_gave_it() -> None:
    answer = Words(words=[]).tagged("7")
    assert (answer.tag, answer.model_copy(update={"words": ["more"]}).tag) == ("7", "7")
    assert "7" not in answer.model_dump_json()
    assert issubclass(Words, Contract)


def test_an_answer_that_does_not_say_as_of_when_has_no_header_for_it() -> None:
    assert AS_OF not in headers_of("7", None)
    assert headers_of("7", NOW)[AS_OF] == "2026-11-27T00:00:00.000Z"


def test_a_copy_is_of_who_asked_for_it_in_their_language() -> None:
    assert headers_of("7", NOW)["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Accept-Language"} <= set(headers_of("7", NOW)["Vary"].split(", "))
