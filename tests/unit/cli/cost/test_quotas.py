from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from functions.devices.life.rows import PulseRow
from linli.due import TimedRow
from linli_cli.cost.bill import Line, Stage
from linli_cli.cost.quotas import PEAK, PULSES, SHARDS, held, loads, quotas
from linli_cli.cost.units import Taken
from linli_cli.deploy.deriving import DEVICES_AT_ONCE
from linli_cli.deploy.wiring import RESERVED_FOR_DEVICES

BEAT = Taken({"write_unit": 4, "iot_message": 3}, calls=5)


def stage(beats: float) -> Stage:
    line = Line("devices/heartbeat", "normal", "devices/heartbeat", "device_queue", beats, BEAT)
    return Stage({}, {"secret_month": 5}, Taken(), [line])


def test_every_quota_has_a_load() -> None:
    load = loads(stage(86_400), 100)
    assert {each.load for each in quotas()} == load.keys()


def test_a_message_and_its_answer_are_two_publishes_and_its_worker_is_busy_while_it_waits() -> None:
    load = loads(stage(86_400), 100)
    assert load["publishes"] == 2
    assert load["table_writes"] == 4
    assert load["queue_worker"] == 0.005 + 5 * 0.008
    assert load["pulse"] == 1 / PULSES


def test_all_but_heartbeats_have_a_busiest_hour() -> None:
    signals = [replace(line, action="care/signal") for line in stage(86_400).lines]
    assert loads(replace(stage(0), lines=signals), 100)["publishes"] == 2 * PEAK


def test_what_is_ours_is_as_the_code_has_it() -> None:
    limits = {each.load: each.limit for each in quotas() if each.ours}
    assert limits["queue_worker"] == DEVICES_AT_ONCE
    assert limits["answering"] == RESERVED_FOR_DEVICES
    assert (SHARDS, PULSES) == (TimedRow.SHARDS, PulseRow.SHARES)


@given(st.integers(1, 1_000_000))
def test_twice_the_load_holds_half_as_many(beats: int) -> None:
    for quota in quotas():
        one, two = loads(stage(beats), 100), loads(stage(2 * beats), 200)
        if one[quota.load] and quota.load != "secrets":
            assert abs(held(quota, one) - 2 * held(quota, two)) <= 2
