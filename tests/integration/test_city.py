"""A small city, played through the real handlers: all that must hold does, and what does not is found."""

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, timedelta

import boto3
import pytest

from simulation.city import judging, reporting, weather
from simulation.city.cases import Span
from simulation.city.communities import community
from simulation.city.judging import Kept
from simulation.city.playing import Play
from simulation.city.running import FIRST, Played, summary
from simulation.city.service import Maintenance
from simulation.city.standing import Gateway, gateway
from tests.integration.conftest import STAGE, Service

WITH_AN_OUTAGE, PLAIN = 804, 470  # seeds


@pytest.fixture
def pushes(service: Service) -> Iterator[Gateway]:
    """The service's table, empty, and a gateway that takes messages to managers."""
    service("maintenance")
    with gateway() as served:
        for number in range(2):
            name = f"linli/{STAGE}/channels/{community(number, WITH_AN_OUTAGE).name}"
            boto3.client("secretsmanager").create_secret(Name=name, SecretString=served.channels())
        yield served


def play(seed: int, end: date, *numbers: int) -> Play:
    """Play these communities of a seed until all is over that is reported before `end`."""
    days = weather.days(FIRST, (end - FIRST).days, seed)
    city = Play(seed, Span(weather.at(FIRST, 0), weather.at(end, 0)), Maintenance(str(seed)))
    with city.service.at_work():
        for number in numbers:
            told = community(number, seed)
            city.furnish(told, reporting.said(told, days, seed))
        city.run()
    return city


def wrong(city: Play, found: Kept) -> list[str]:
    return [*judging.contradictions(found, city.told, city.service.bus.taken, city.swept_at)]


# Each of these, done to what lies in the table, is a contradiction.


def gone(found: Kept) -> None:
    found.tickets.popitem()


def other_state(found: Kept) -> None:
    ticket = next(each for each in found.tickets.values() if each.state == "closed")
    found.tickets[ticket.ticket] = ticket.model_copy(update={"state": "rated"})


def line_missing(found: Kept) -> None:
    next(iter(found.course.values())).pop(1)


def leap(found: Kept) -> None:
    course = max(found.course.values(), key=len)
    course[1] = course[1].model_copy(update={"command": "rate"})


def unseen(found: Kept) -> None:
    for ticket in found.tickets.values():
        clocks = {name: each.model_copy(update={"breached": False}) for name, each in ticket.clocks.items()}
        found.tickets[ticket.ticket] = ticket.model_copy(update={"clocks": clocks})


def unpublished(found: Kept) -> None:
    found.outbox.add("ticket/c0000/none/1")


def lost(found: Kept) -> None:
    found.outbox.pop()


def stale(found: Kept) -> None:
    found.needs.add(("none", "general", "respond"))


def in_hand(found: Kept) -> None:
    next(iter(found.hands.values())).add(next(iter(found.tickets)))


def locked(found: Kept) -> None:
    found.locks[next(iter(found.tickets))] = True


def miscounted(found: Kept) -> None:
    found.counts[next(iter(found.counts))] += 1


BY_HAND: list[Callable[[Kept], None]] = [
    gone, other_state, line_missing, leap, unseen, unpublished, lost, stale, in_hand, locked, miscounted,
]  # fmt: skip


def test_some_days_of_a_city_hold_together(pushes: Gateway) -> None:
    city = play(WITH_AN_OUTAGE, date(2026, 1, 6), 0)
    found = judging.kept()
    assert wrong(city, found) == []
    played = summary(city, found)
    assert played.reports == 11
    assert played.joined >= 5, "the reports of a burst main are one outage"
    assert played.last_states["duplicate_of"] >= 4
    assert played.breaches.total() == sum(
        clock.breached for each in found.tickets.values() for clock in each.clocks.values()
    )
    assert pushes.pushed, "managers are told of what is late"
    assert played.sweeps < 2000, "the clocks run at minutes at which something is due"
    assert city.swept_at > city.span.ends + timedelta(days=7), "what is not rated closes by itself"
    for act in BY_HAND:
        tampered = deepcopy(found)
        act(tampered)
        assert wrong(city, tampered), act.__name__


def _course(found: Kept) -> list[str]:
    """Each ticket and its lines, in an order that does not depend on how they were kept."""
    return sorted(
        f"{ticket} {sorted(each.model_dump_json() for each in lines)}"
        for ticket, lines in found.course.items()
    )


@pytest.mark.usefixtures("pushes")
def test_a_seed_is_the_same_city_whoever_plays_which_part() -> None:
    """Alone or beside each other, the same tickets come to the same ends at the same times."""
    together = play(PLAIN, date(2026, 1, 4), 0, 1)
    whole = judging.kept()
    _empty()
    apart = [play(PLAIN, date(2026, 1, 4), number) for number in (1, 0)]
    assert _course(judging.kept()) == _course(whole)
    played = Played()
    for each in apart:
        played.add(summary(each, Kept()))
    alone = summary(together, Kept())
    assert (played.reports, played.facts, played.states) == (alone.reports, alone.facts, alone.states)
    assert played.clocks.written + played.others.written + sum(
        each.spent.written for each in played.tenths
    ) == pytest.approx(
        alone.clocks.written + alone.others.written + sum(each.spent.written for each in alone.tenths)
    )


def _empty() -> None:
    tables = boto3.client("dynamodb")
    name = f"linli-{STAGE}-{os.environ['LINLI_SERVICE']}"
    table = tables.describe_table(TableName=name)["Table"]
    indexes = [
        {part: each[part] for part in ("IndexName", "KeySchema", "Projection")}
        for each in table["GlobalSecondaryIndexes"]
    ]
    tables.delete_table(TableName=name)
    tables.create_table(
        TableName=name,
        AttributeDefinitions=table["AttributeDefinitions"],
        KeySchema=table["KeySchema"],
        BillingMode="PAY_PER_REQUEST",
        GlobalSecondaryIndexes=indexes,
    )
