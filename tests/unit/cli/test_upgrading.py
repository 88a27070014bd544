"""What an upgrade has lost of a town."""

from typing import Any

from linli.tables import SeenRow
from linli_cli.develop.upgrading import Town, heads_of, losses

AT = "maintenance willow#seen / linli.devices#fault-1"
ROW = SeenRow(*SeenRow.key("willow", "linli.devices", "fault-1"), ttl=4_000_000_000).serialize()
MEMBER: dict[str, Any] = {
    "pk": {"S": "willow#members"},
    "sk": {"S": "someone"},
    "kind": {"S": "membership"},
    "person": {"S": "someone"},
    "roles": {"SS": ["manager"]},
    "version": {"N": "1"},
}


def told(before: Town, after: Town) -> list[str]:
    return list(losses(before, after, set()))


def test_a_town_that_is_as_it_was_has_lost_nothing() -> None:
    town = Town({AT: ROW}, {"access /communities/willow/gates": {"items": []}})
    assert told(town, town) == []


def test_a_row_or_an_answer_that_is_gone_is_told() -> None:
    assert told(Town({AT: ROW}, {}), Town({}, {}))
    assert told(Town({}, {"access /communities/willow": {}}), Town({}, {}))


def test_a_row_that_holds_something_else_is_told_unless_each_seed_writes_that_again() -> None:
    before, after = Town({AT: ROW}, {}), Town({AT: ROW | {"ttl": {"N": "4000000001"}}}, {})
    assert told(before, after) == [f"row {AT}: /ttl/N: '4000000000' -> '4000000001'"]
    assert list(losses(before, after, {(AT, "/ttl/N")})) == []


def test_a_row_whose_time_was_over_may_be_gone() -> None:
    assert told(Town({AT: ROW | {"ttl": {"N": "1"}}}, {}), Town({}, {})) == []


def test_a_row_that_nobody_can_read_any_more_is_told_though_it_is_there() -> None:
    town = Town({AT: ROW | {"kind": {"S": "renamed"}}}, {})
    assert [line.partition("cannot be read")[1] for line in told(town, town)] == ["cannot be read"]


def test_whoever_has_a_role_may_be_asked_for() -> None:
    assert heads_of([MEMBER])["willow"] == ["someone"]
    assert heads_of([MEMBER])["cedar"] == []
