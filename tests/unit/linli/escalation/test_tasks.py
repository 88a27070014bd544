"""When a task is done, and when it is of no use any more."""

from datetime import datetime, timedelta

from linli.escalation.tasks import DueTask
from linli.queues import Delivery
from tests.unit.linli.escalation.alarming import NOON


def test_the_sweeps_own_tasks_are_dropped_once_there_are_later_ones() -> None:
    def time(*, waited: int, times: int = 1, direct: bool = False) -> datetime | None:
        delivery = Delivery(NOON, NOON + timedelta(seconds=waited), times)
        return DueTask(at=NOON, rows=[], direct=direct).time(delivery)

    # What waited is done with the time at which it is done
    assert time(waited=0) == NOON
    assert time(waited=90) == NOON + timedelta(seconds=90)
    assert time(waited=121) is None
    assert time(waited=1, times=2) is None, "a visibility timeout later"
    # And what somebody left directly is late rather than never
    assert time(waited=3600, direct=True) == NOON + timedelta(hours=1)
    assert time(waited=0, times=2, direct=True) == NOON
