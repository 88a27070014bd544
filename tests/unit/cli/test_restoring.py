"""What differs from a restored copy, and what of it may be brought back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.errors import CommandError
from linli_cli.restoring import copies
from linli_cli.restoring.differences import (
    AHEAD,
    EXPIRED,
    LEFT,
    NEW,
    PUBLISHED,
    Difference,
    Raw,
    difference,
    kept_back,
)
from linli_cli.restoring.returning import as_compared

NOW_S = 1_800_000_000
ROW: Raw = {"pk": {"S": "oak#bill"}, "sk": {"S": "b-1"}, "kind": {"S": "bill"}, "fen": {"N": "3"}}


def row(**attributes: Any) -> Raw:
    return {**ROW, **attributes}


rows = st.fixed_dictionaries(
    {
        "pk": st.just({"S": "oak#x"}),
        "sk": st.just({"S": "1"}),
        "kind": st.sampled_from([{"S": "bill"}, {"S": "outbox"}]),
    },
    optional={
        "ttl": st.integers(NOW_S - 5, NOW_S + 5).map(lambda at: {"N": str(at)}),
        "version": st.integers(1, 4).map(lambda version: {"N": str(version)}),
        "place_version": st.integers(1, 4).map(lambda version: {"N": str(version)}),
        "words": st.lists(st.text(max_size=2), min_size=1, unique=True).map(lambda words: {"SS": words}),
    },
)


@given(st.none() | rows, st.none() | rows, st.booleans())
def test_nothing_is_published_again_nothing_expired_returns_and_no_version_goes_back(
    before: Raw | None, now: Raw | None, over: bool
) -> None:
    found = difference(before, now)
    if found is None or kept_back(found, NOW_S, over=over):
        return

    assert found.before is not None
    assert found.kind != "outbox"
    assert int(found.before.get("ttl", {"N": NOW_S + 1})["N"]) > NOW_S
    assert over or found.now is None
    for name in ("version", "place_version"):
        if found.now and name in found.now:
            assert int(found.before[name]["N"]) >= int(found.now[name]["N"])


@given(rows)
def test_a_row_does_not_differ_from_itself_in_whatever_order_its_sets_come(held: dict[str, Any]) -> None:
    turned = {name: {kind: each[::-1] if kind == "SS" else each for kind, each in value.items()}
              for name, value in held.items()}  # fmt: skip

    assert difference(held, turned) is None


@pytest.mark.parametrize(
    ("before", "now", "over", "why"),
    [
        (ROW, None, False, ""),
        (None, ROW, True, NEW),
        (row(kind={"S": "outbox"}), None, True, PUBLISHED),
        (row(ttl={"N": str(NOW_S)}), None, True, EXPIRED),
        (ROW, row(fen={"N": "4"}), False, LEFT),
        (ROW, row(fen={"N": "4"}), True, ""),
        (row(version={"N": "3"}), row(version={"N": "4"}), True, AHEAD),
        (ROW, row(version={"N": "1"}), True, AHEAD),
        (row(version={"N": "4"}), row(version={"N": "3"}), True, ""),
    ],
)
def test_what_may_be_brought_back(before: Raw | None, now: Raw | None, over: bool, why: str) -> None:
    assert kept_back(Difference(before, now), NOW_S, over=over) == why


def test_a_changed_row_names_the_attributes_that_differ() -> None:
    assert Difference(ROW, row(fen={"N": "4"}, extra={"S": "x"})).attributes == ["extra", "fen"]


def test_a_row_is_put_only_where_all_of_it_is_as_it_was_compared() -> None:
    asked = as_compared(ROW, {name: ROW[name] for name in ("pk", "sk", "kind")})

    named = {asked["ExpressionAttributeNames"][each] for each in asked["ExpressionAttributeNames"]}
    assert named == set(ROW)
    assert asked["ConditionExpression"].count(" = ") == 3
    assert asked["ConditionExpression"].count("attribute_not_exists(") == 1


FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LAST = FIRST + timedelta(days=35)


@pytest.mark.parametrize(
    ("said", "hour"), [("2026-01-05T03:00:00Z", 3), ("2026-01-05T03:00:00+08:00", 19), ("latest", 0)]
)
def test_an_instant_is_read_with_its_offset(said: str, hour: int) -> None:
    assert copies.instant(said, FIRST, LAST).hour == hour


@pytest.mark.parametrize(
    "said", ["2026-01-05T03:00:00", "yesterday", "2025-12-31T23:59:59Z", "2026-02-06T00:00:00Z", "2026-01-05"]
)
def test_an_instant_of_no_clock_or_outside_the_window_is_refused(said: str) -> None:
    with pytest.raises(CommandError):
        copies.instant(said, FIRST, LAST)
