from hypothesis import given
from hypothesis import strategies as st

from linli_cli.cost.bill import Line, Stage
from linli_cli.cost.quotas import PEAK, held, loads, quotas
from linli_cli.cost.units import Taken

BEAT = Taken({"write_unit": 4, "iot_message": 3}, calls=5)


def stage(beats: float) -> Stage:
    line = Line("devices/heartbeat", "normal", "devices/heartbeat", "device_queue", beats, BEAT)
    return Stage({}, {"secret_month": 5}, Taken(), [line])


def test_every_quota_has_a_load() -> None:
    load = loads(stage(86_400), 100)
    assert {each.load for each in quotas()} == load.keys()


def test_a_message_and_its_answer_are_two_publishes_and_its_worker_is_busy_while_it_waits() -> None:
    load = loads(stage(86_400), 100)
    assert load["publishes"] == 2 * PEAK
    assert load["table_writes"] == 4 * PEAK
    assert load["queue_worker"] == PEAK * (0.005 + 5 * 0.008)
    assert load["pulse"] == 1


@given(st.integers(1, 1_000_000))
def test_twice_the_load_holds_half_as_many(beats: int) -> None:
    for quota in quotas():
        one, two = loads(stage(beats), 100), loads(stage(2 * beats), 200)
        if one[quota.load] and quota.load != "secrets":
            assert abs(held(quota, one) - 2 * held(quota, two)) <= 2
