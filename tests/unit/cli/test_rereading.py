"""Rows that another version has written: what is lost of them, and what is asked about them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.tables import OutboxRow
from linli_cli.develop.rereading import asked_of, lost, missing, named_in, texts_of

ROSTER = {
    "pk": {"S": "willow#roster"},
    "sk": {"S": "someone"},
    "kind": {"S": "roster"},
    "on_duty": {"S": '{"person":"someone","capacity":"caregiver","phone":null,"on_duty":true}'},
}
DOCUMENTS = st.recursive(
    st.integers() | st.text("ab", max_size=2),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inside),
    max_leaves=6,
)


def test_a_row_that_its_class_reads_and_writes_as_it_was_has_lost_nothing() -> None:
    assert lost(ROSTER) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", {"S": "renamed"}),
        ("colour", {"S": "an attribute that the class does not know"}),
        (
            "on_duty",
            {"S": ROSTER["on_duty"]["S"].replace("{", '{"colour":"a member that it does not know",')},
        ),
        ("on_duty", {"S": "{}"}),
        ("on_duty", {"N": "1"}),
    ],
)
def test_what_a_class_does_not_read_is_lost(name: str, value: dict[str, str]) -> None:
    assert lost(ROSTER | {name: value})


@given(DOCUMENTS, st.text("cd", min_size=1), DOCUMENTS)
def test_what_is_new_is_no_loss_and_what_is_gone_is_one(old: Any, name: str, more: Any) -> None:
    assert list(missing({"a": old}, {"a": old, name: more})) == []
    assert list(missing({"a": old, name: more}, {"a": old}))
    assert list(missing({"a": json.dumps({"b": old})}, {"a": json.dumps({name: more, "b": old})})) == []


def test_the_order_of_a_set_is_none() -> None:
    assert list(missing({"SS": ["a", "b"]}, {"SS": ["b", "a"]})) == []
    assert list(missing({"L": ["a", "b"]}, {"L": ["b", "a"]})) != []


def test_a_row_names_what_its_keys_are_made_of() -> None:
    row = OutboxRow(*OutboxRow.key("willow", "alert/willow/1"), event="{}").serialize()
    assert named_in(row) == {"community": "willow", "event_id": "alert/willow/1"}


def test_a_row_is_asked_about_wherever_it_has_all_the_names() -> None:
    assert (
        texts_of(ROSTER).items()
        >= {"community": "willow", "person": "someone", "capacity": "caregiver"}.items()
    )
    asked = asked_of("care", [ROSTER])
    assert "/communities/willow/duty_roster" in asked
    assert "/communities/willow/watches/someone" in asked
    assert not any("{" in path for path in asked)
