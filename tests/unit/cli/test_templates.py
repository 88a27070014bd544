"""What differs between the templates of two checkouts."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from linli_cli.develop.templates import UNORDERED, differences, loaded

NAMES = st.sampled_from(["Timeout", "Fn::Join", *sorted(UNORDERED)])
VALUES = st.recursive(
    st.integers() | st.text("ab"),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(NAMES, inside, max_size=3),
    max_leaves=8,
)
TEMPLATES = st.dictionaries(NAMES, VALUES, max_size=4)


def told(before: Any, after: Any) -> list[str]:
    return list(differences(loaded(json.dumps(before)), loaded(json.dumps(after))))


def turned(node: Any, name: str = "") -> Any:
    """The same with every list the other way round whose order means nothing."""
    if isinstance(node, dict):
        return {key: turned(value, key) for key, value in node.items()}
    if isinstance(node, list):
        inside = [turned(each, name) for each in node]
        return inside[::-1] if name in UNORDERED else inside
    return node


@given(TEMPLATES)
def test_an_order_that_means_nothing_is_no_difference(template: dict[str, Any]) -> None:
    assert told(template, turned(template)) == []


@given(TEMPLATES, NAMES, st.integers())
def test_whatever_is_other_than_it_was_is_told_with_its_place(
    template: dict[str, Any], name: str, value: int
) -> None:
    other = template | {name: value}
    assert [line.partition(": ")[0] for line in told({**template, name: str(value)}, other)] == [f"/{name}"]


def test_an_order_that_means_something_is_a_difference() -> None:
    assert told({"Fn::Join": ["a", "b"]}, {"Fn::Join": ["b", "a"]})


def test_new_code_alone_is_no_difference_of_a_stack() -> None:
    assert told({"ApiVersion0123abcd": 1}, {"ApiVersion4567cdef": 1}) == []


def test_what_is_new_or_gone_is_told() -> None:
    assert told({"A": 1}, {"B": 2}) == ["/A: 1 -> null", "/B: null -> 2"]
