"""A city's reports and habits: as many as an operator has, by season and hour, the same for a seed."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from functions.maintenance.reports.categories import TRADES
from functions.maintenance.reports.models import Category
from linli.vocabulary.maintenance import Priority
from simulation.city import habits, report, weather
from simulation.city.communities import community, told_of
from simulation.city.hearing import changes, missing
from simulation.city.reporting import HOURS, Said, said
from simulation.city.running import FIRST, Played, Wanted, after_months
from simulation.city.weather import ZONE

SEED, COMMUNITIES = 1, 42  # a hundredth of the operator's
HALF_A_YEAR = weather.days(FIRST, (after_months(6) - FIRST).days, SEED)
MINUTES = st.integers(0, 330 * 24 * 60)  # of the year
NIGHT = range(6)
KNOWN: list[Category] = [*TRADES]
URGENCIES: list[Priority] = ["emergency", "urgent", "general", "complex"]


def reports_of(number: int, days: list[weather.Day], seed: int = SEED) -> list[Said]:
    return [each for each in said(community(number, seed), days, seed) if each.fact is None]


def test_a_community_has_as_many_reports_as_the_operators_have() -> None:
    """1.1 million in six months over 4,229 communities: 260 each."""
    count = sum(len(reports_of(number, HALF_A_YEAR)) for number in range(COMMUNITIES))
    assert 220 < count / COMMUNITIES < 320


def test_the_same_seed_has_the_same_reports_and_another_has_others() -> None:
    days = HALF_A_YEAR[:30]
    assert said(community(3, SEED), days, SEED) == said(community(3, SEED), days, SEED)
    assert reports_of(3, days) != reports_of(3, weather.days(FIRST, 30, 2), 2)


def test_heating_fails_while_it_is_on_and_roofs_leak_when_it_rains() -> None:
    found = [each for number in range(COMMUNITIES) for each in reports_of(number, HALF_A_YEAR)]
    cold = {each.at.astimezone(ZONE).month for each in found if each.category == "heating"}
    assert cold == {1, 2, 3}
    by_day = Counter(each.at.astimezone(ZONE).date() for each in found if each.category == "structure")
    wet = [by_day[day.date] for day in HALF_A_YEAR if day.wet_mm > 10]
    dry = [by_day[day.date] for day in HALF_A_YEAR if day.wet_mm < 1]
    assert sum(wet) / len(wet) > 2 * sum(dry) / len(dry)


def test_few_report_at_night_but_of_what_cannot_wait() -> None:
    found = [each for number in range(COMMUNITIES) for each in reports_of(number, HALF_A_YEAR)]
    plain = [each for each in found if each.outage is None]
    at_night = sum(each.at.astimezone(ZONE).hour in NIGHT for each in plain)
    assert 0.5 < at_night / len(plain) / (sum(HOURS[:6]) / sum(HOURS)) < 2
    assert any(each.at.astimezone(ZONE).hour in NIGHT for each in found if each.outage is not None)


def test_a_large_outage_is_reported_by_a_hundred_within_hours() -> None:
    outages: dict[tuple[int, date, int], list[Said]] = {}
    for number in range(COMMUNITIES):
        for each in reports_of(number, HALF_A_YEAR):
            if each.outage is not None:
                day = (each.at - timedelta(hours=3)).astimezone(ZONE).date()
                outages.setdefault((number, day, each.outage), []).append(each)
    largest = max(outages.values(), key=len)
    assert len(largest) > 60
    assert len({(each.building, each.category) for each in largest}) == 1
    assert max(each.at for each in largest) - min(each.at for each in largest) < timedelta(hours=4)


def test_a_device_is_well_again_after_it_was_not() -> None:
    found = [each for each in said(community(1, SEED), HALF_A_YEAR, SEED) if each.fact is not None]
    by_episode: dict[str, list[str]] = {}
    for each in found:
        assert each.fact is not None
        by_episode.setdefault(f"{each.fact.entity()}/{each.fact.episode}", []).append(each.fact.TYPE)  # type: ignore[attr-defined]
    assert by_episode
    assert all(len(types) == 2 and "ed" in types[1] for types in by_episode.values())


def test_others_have_told_of_every_place_that_is_reported_from() -> None:
    someone = community(2, SEED)
    facts = [*told_of(someone, [("b1", "101"), ("b2", "305")])]
    places = {fact.entity() for fact in facts if fact.TYPE.endswith("place_changed.v1")}
    assert {"b1", f"b{someone.buildings}", "b1/101", "b2/305"} <= places
    staff = {fact.entity() for fact in facts if fact.TYPE.endswith("membership_changed.v1")}
    assert staff == {someone.manager, *(person for person, _ in someone.staff)}


@given(
    chance=st.integers(), minute=MINUTES, category=st.sampled_from(KNOWN), priority=st.sampled_from(URGENCIES)
)
def test_nothing_is_done_before_it_began_nor_outside_of_the_shift_unless_it_cannot_wait(
    chance: int, minute: int, category: Category, priority: Priority
) -> None:
    draw, at = Random(chance), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)  # noqa: S311
    for when in (habits.arrival(draw, priority, at), habits.done(draw, category, priority, at)):
        assert when >= at
        assert priority == "emergency" or habits.DAY_BEGINS <= when.astimezone(ZONE).hour <= habits.DAY_ENDS
    assert habits.manager_is_done(draw, at) > at


def test_at_night_nobody_answers_but_who_is_on_call() -> None:
    midnight = datetime(2026, 3, 3, 0, 30, tzinfo=ZONE)
    chances = [Random(each) for each in range(50)]  # noqa: S311
    assert all(habits.answer(each, midnight, on_call=False) is None for each in chances)
    assert any(habits.answer(each, midnight, on_call=True) for each in chances)


def test_rows_that_are_not_there_cost_as_well() -> None:
    """DynamoDB Local counts them as nothing, AWS as the smallest."""
    keys = [{"pk": {"S": "a"}, "sk": {"S": str(number)}} for number in range(3)]
    asked = {"RequestItems": {"table": {"Keys": keys, "ConsistentRead": True}}}
    assert missing("BatchGetItem", asked, {"Responses": {"table": [keys[0]]}}, 1.0) == 2.0
    assert missing("Query", {"ConsistentRead": True}, {}, 0.0) == 1.0
    assert missing("Query", {}, {}, 0.0) == 0.5
    assert missing("Query", {}, {}, 0.5) == 0.0


def test_what_an_update_changes_is_read_from_its_expression() -> None:
    write = {
        "UpdateExpression": "SET #0 = :0, #1 = :1 REMOVE #2, #3 ADD #4 :2",
        "ExpressionAttributeNames": {
            "#0": "ticket",
            "#1": "due_at",
            "#2": "worker",
            "#3": "ttl",
            "#4": "told",
        },
        "ExpressionAttributeValues": {":0": {"S": "{}"}, ":1": {"S": "later"}, ":2": {"N": "1"}},
    }
    assert changes(write) == {"ticket": {"S": "{}"}, "due_at": {"S": "later"}, "worker": None, "ttl": None}


def test_a_city_is_shared_out_among_processes() -> None:
    wanted = Wanted(tuple(range(5)), after_months(1), SEED)
    parts = [wanted.of(process, 2).numbers for process in range(2)]
    assert parts == [(0, 2, 4), (1, 3)]
    assert len(wanted.days) == 31


def test_what_came_of_it_is_shown_with_what_does_not_hold() -> None:
    played = Played(tickets=3, playing_s=2.0, cpu_s=1.0, contradictions=["it is not there"])
    played.tenths[0].tickets, played.played_to = 3, weather.at(date(2026, 1, 3), 0)
    console = Console(record=True, width=200)
    report.show(console, Wanted((0,), date(2026, 1, 3), SEED), played, 1)
    text = console.export_text()
    assert "virtual time ÷ wall" in text
    assert "86,400" in text
    assert "it is not there" in text
