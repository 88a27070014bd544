"""A kind's key: where its rows are, their partition, and back from a row to the parts."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.ids import ID_PATTERN
from linli.keys import Key

ids = st.from_regex(ID_PATTERN, fullmatch=True)
KEY = Key("{community}#alert#{alert}", "message#{channel}#{message}")


class Placed(NamedTuple):
    """What a row is to its key."""

    pk: str
    sk: str


@given(ids, ids, ids, st.text())
def test_what_a_key_is_made_of_can_be_read_back(
    community: str, alert: str, channel: str, message: str
) -> None:
    parts = (community, alert, channel, message)

    assert KEY.parts(Placed(*KEY(*parts))) == parts


@given(st.lists(ids, min_size=4, max_size=4), st.lists(ids, min_size=4, max_size=4))
def test_two_rows_have_one_key_only_if_all_their_parts_are_the_same(one: list[str], other: list[str]) -> None:
    assert (KEY(*one) == KEY(*other)) == (one == other)


@given(ids, ids)
def test_a_partition_is_where_its_rows_are(community: str, alert: str) -> None:
    assert KEY.partition(community, alert) == KEY(community, alert, "sms", "1")[0]


@given(ids, st.text(), st.text())
def test_no_part_reaches_into_another_partition(community: str, before: str, after: str) -> None:
    with pytest.raises(ValueError, match="of its own"):
        KEY(community, f"{before}#{after}", "sms", "1")


@pytest.mark.parametrize("parts", [("willow", "a1", "sms"), ("willow", "a1", "sms", "1", "2"), ()])
def test_a_key_is_asked_with_all_its_parts(parts: tuple[str, ...]) -> None:
    with pytest.raises(TypeError):
        KEY(*parts)


@pytest.mark.parametrize(
    "template", ["{community}-alert", "{community}#{Alert}", "{community}#{}", "a#{b}{c}"]
)
def test_a_part_stands_alone_between_two_separators(template: str) -> None:
    with pytest.raises(ValueError, match="stands alone"):
        Key(template, "profile")
