"""That nothing is forgotten: a new action, fact or schedule has its line, or fails here."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.cost import prices, usage
from linli_cli.cost.units import Started, Taken
from linli_cli.cost.usage import Said, lines, times_a_day
from linli_cli.deploy import declared
from linli_cli.develop.actions import actions
from linli_cli.errors import CommandError
from linli_cli.layout import ROOT, services

COMMUNITY = usage.community()
TRIGGERS = [(service, each) for service in services() for each in declared.triggers(service)]
SAID = [*COMMUNITY.said, *usage.following(COMMUNITY.said, TRIGGERS, actions())]


def test_every_action_has_a_line() -> None:
    missing = {each.title for each in actions()} - {each.action for each in SAID}
    assert not missing, f"say in community.yaml how often a day: {', '.join(sorted(missing))}"


def test_every_line_is_of_an_action_and_a_sample_that_are_there() -> None:
    for each in SAID:
        assert (ROOT / "events" / each.action / f"{each.sample}.json").exists(), each


def test_every_number_has_its_reason() -> None:
    assert all(each.why for each in COMMUNITY.said)


def test_every_unit_has_its_price_and_every_price_its_unit() -> None:
    assert all(price > 0 for price in prices.listed().usd.values())


def test_whoever_takes_in_a_fact_does_so_as_often_as_it_is_told() -> None:
    taken = {"teller": Taken(facts=Counter({"f": 2})), "taker": Taken()}
    said = [
        Said("care/taker", "taker", "", of="f", share=0.5),
        Said("access/teller", "teller", "", a_day=10),
        Said("care/other", "taker", "", of="f"),
    ]
    found = {each.action: each.a_day for each in made(said, taken)}
    assert found == {"access/teller": 10, "care/taker": 10, "care/other": 20}


def test_facts_that_tell_of_each_other_are_refused() -> None:
    taken = {"a": Taken(facts=Counter({"b": 1})), "b": Taken(facts=Counter({"a": 1}))}
    with pytest.raises(CommandError, match="tell of each other"):
        made([Said("s/a", "a", "", of="a"), Said("s/b", "b", "", of="b")], taken)


def made(said: list[Said], taken: dict[str, Taken]) -> list[usage.Line]:
    def started(_: Said) -> Started:
        return "bus_queue"

    return list(lines(said, lambda each: taken[each.sample], started, {}))


@given(st.floats(0.1, 1000), st.permutations(range(3)))
def test_in_whatever_order_they_are_said(a_day: float, order: list[int]) -> None:
    said = [
        Said("access/one", "one", "", a_day=a_day),
        Said("care/two", "two", "", of="f"),
        Said("care/three", "three", "", of="g"),
    ]
    taken = {"one": Taken(facts=Counter("f")), "two": Taken(facts=Counter("g")), "three": Taken()}
    assert {each.a_day for each in made([said[at] for at in order], taken)} == {a_day}


def test_a_line_says_how_often_or_of_what() -> None:
    with pytest.raises(CommandError, match="either"):
        Said("a/b", "c", "")
    with pytest.raises(CommandError, match="either"):
        replace(Said("a/b", "c", "", a_day=1), of="f")


@pytest.mark.parametrize(
    ("schedule", "a_day"),
    [
        ("rate(1 minute)", 1440),
        ("rate(5 minutes)", 288),
        ("cron(0/5 * * * ? *)", 288),
        ("cron(0 4 * * ? *)", 1),
        ("rate(1 day)", 1),
    ],
)
def test_a_schedule_says_how_often(schedule: str, a_day: float) -> None:
    assert times_a_day(schedule) == a_day
