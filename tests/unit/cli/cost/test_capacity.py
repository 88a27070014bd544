import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.cost.capacity import Index, index_units, read_units, size_of, write_units

KEYS = ("pk", "sk")
SMALL = {"pk": {"S": "w"}, "sk": {"S": "1"}}
DUE = Index(("shard", "at"), frozenset({"kind"}))
ALL = Index(("holder", "at"), None)


def row(size: int = 0, **more: str) -> dict[str, dict[str, str]]:
    return SMALL | {name: {"S": value} for name, value in more.items()} | {"x": {"S": "x" * size}}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "户"}, 3),
        ({"N": "100"}, 2),
        ({"N": "-12.345"}, 4),
        ({"BOOL": True}, 1),
        ({"L": [{"S": "ab"}]}, 6),
        ({"M": {"a": {"S": "b"}}}, 6),
        ({"SS": ["a", "bc"]}, 3),
    ],
)
def test_an_item_is_as_large_as_its_names_and_values(value: dict[str, object], size: int) -> None:
    assert size_of({"n": value}) == 1 + size  # type: ignore[dict-item]


def test_a_row_that_is_not_there_is_read_like_a_small_one() -> None:
    assert read_units(0, consistent=True) == 1
    assert read_units(0, consistent=False) == 0.5
    assert read_units(4097, consistent=True) == 2


def test_in_a_transaction_a_write_takes_twice_as_much() -> None:
    assert write_units(None, SMALL, transacted=False) == 1
    assert write_units(None, SMALL, transacted=True) == 2


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_write_takes_as_much_as_the_larger_of_before_and_after(one: int, other: int) -> None:
    larger = write_units(None, row(max(one, other)), transacted=False)
    assert write_units(row(one), row(other), transacted=False) == larger


def test_an_index_takes_nothing_where_it_shows_the_same() -> None:
    assert index_units(row(1, shard="1", at="2"), row(9, shard="1", at="2"), DUE, KEYS) == 0
    assert index_units(row(1), row(9), DUE, KEYS) == 0


def test_an_index_takes_a_write_to_put_in_and_to_take_out_and_to_change_and_two_to_move() -> None:
    there, changed = row(holder="p", at="1"), row(5, holder="p", at="1")
    assert index_units(None, there, ALL, KEYS) == 1
    assert index_units(there, row(), ALL, KEYS) == 1
    assert index_units(there, changed, ALL, KEYS) == 1
    assert index_units(there, row(holder="p", at="2"), ALL, KEYS) == 2
