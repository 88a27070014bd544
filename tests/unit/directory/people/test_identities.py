import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from functions.directory.people.identities import Subject, identity_of
from linli.ids import ID_PATTERN, is_id

SUBJECTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255)
ISSUERS = st.sampled_from(["https://a.example", "https://a.example/", "https://b.example"])
IDENTITIES = st.from_regex(r"u-[a-z2-7]{32}", fullmatch=True)


@given(ISSUERS, SUBJECTS)
def test_every_subject_is_known_under_an_id(issuer: str, subject: str) -> None:
    assert TypeAdapter(Subject).validate_python(subject) == subject
    assert is_id(identity_of(issuer, subject))


@given(ISSUERS, st.from_regex(ID_PATTERN, fullmatch=True).filter(lambda text: not text.endswith("\n")))
def test_a_subject_that_is_an_id_is_itself(issuer: str, subject: str) -> None:
    assert identity_of(issuer, subject) == subject


@given(ISSUERS, IDENTITIES)
def test_nobody_is_another_by_saying_their_identity(issuer: str, subject: str) -> None:
    assert identity_of(issuer, subject) != subject


@given(st.tuples(ISSUERS, SUBJECTS), st.tuples(ISSUERS, SUBJECTS))
def test_two_are_never_one(one: tuple[str, str], other: tuple[str, str]) -> None:
    same = identity_of(*one) == identity_of(*other)

    assert same == (one == other or (one[1] == other[1] and is_id(one[1])))


@given(SUBJECTS.filter(lambda text: text.swapcase() != text))
def test_a_subject_is_told_by_its_case(subject: str) -> None:
    assert identity_of("https://a.example", subject) != identity_of("https://a.example", subject.swapcase())


@pytest.mark.parametrize("subject", ["", "x" * 256, "周", "zoé", "a\n", "\x7f", "\ud800"])
def test_what_no_issuer_may_call_anybody_is_no_subject(subject: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Subject).validate_python(subject)
