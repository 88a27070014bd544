from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.cost.bill import DAYS, Line, Stage, bill, forgotten, gone
from linli_cli.cost.units import Stored, Taken

NOTHING = Taken()
RELAY = Taken({"bus_event": 1}, calls=1)
rates = st.floats(0.01, 100_000)


def line(a_day: float = 100, **more: object) -> Line:
    taken = Taken({"write_unit": 4}, calls=3, series={"a"}, stored=[Stored(1000, 30)])
    return replace(Line("s/a", "normal", "s/a", "device_queue", a_day, taken), **more)  # type: ignore[arg-type]


def stage(*lines: Line) -> Stage:
    return Stage({"alarm_month": 10}, {"secret_month": 5}, RELAY, lines)


def test_what_is_measured_comes_as_often_as_the_event() -> None:
    total = bill(stage(line(100)), 1).total
    assert total["write_unit"] == pytest.approx(400 * DAYS)
    assert total["sqs_request"] == pytest.approx(300 * DAYS)
    assert total["iot_message"] == total["lambda_request"] == pytest.approx(100 * DAYS)


def test_what_a_message_carries_shares_its_way() -> None:
    total = bill(stage(line(100, carries=20)), 1).total
    assert total["write_unit"] == pytest.approx(20 * 400 * DAYS)
    assert total["iot_message"] == pytest.approx(100 * DAYS)


def test_a_fact_takes_an_event_and_a_call_of_the_relay() -> None:
    telling = line(100, taken=Taken(facts=Counter({"f": 2})))
    total = bill(stage(telling), 1).total
    assert total["bus_event"] == pytest.approx(200 * DAYS)
    assert total["lambda_request"] == pytest.approx(300 * DAYS)


def test_what_lies_in_the_table_is_what_came_while_it_is_kept() -> None:
    assert bill(stage(line(100)), 1).total["stored_gb"] == pytest.approx(100 * 30 * 1000 / 1e9)
    kept = line(100, taken=Taken(stored=[Stored(1000, None)]))
    assert bill(stage(kept), 1).total["stored_gb"] == pytest.approx(100 * 365 * 1000 / 1e9)


def test_a_stage_stands_once_and_its_communities_each() -> None:
    total = bill(stage(), 3).total
    assert total == {"alarm_month": 10, "secret_month": 15, "metric_month": 0}


def test_what_is_shared_comes_once_however_many_communities_there_are() -> None:
    once = line(100, shared=True)
    assert bill(stage(once), 5).total["write_unit"] == bill(stage(once), 1).total["write_unit"]


@given(rates)
def test_a_metric_is_paid_for_once_at_most_and_less_where_it_is_seldom_sent(a_day: float) -> None:
    sent = bill(stage(line(a_day), line(a_day)), 1).series["metric_month"]
    assert 0 < sent <= 1
    assert sent <= 2 * a_day * DAYS / 730 + 1e-9


@given(rates, st.integers(1, 100))
def test_one_more_community_costs_no_more_than_the_first(a_day: float, communities: int) -> None:
    some = stage(line(a_day), line(a_day, action="s/b", taken=Taken(asks_secrets=1, series={"b"})))
    first, last = bill(some, 1).total, bill(some, communities).total
    for unit, number in last.items():
        assert number <= first[unit] * communities * (1 + 1e-9)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_more_calls_the_fewer_find_no_process_and_no_secret(one: float, other: float) -> None:
    few, many = sorted((one, other))
    assert 0 <= gone(many) <= gone(few) <= 1
    assert 0 < forgotten(many, 1 / 12) <= forgotten(few, 1 / 12) <= 1
