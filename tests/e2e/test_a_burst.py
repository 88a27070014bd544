"""Ten gates ask at once, all of it twice: each is answered or parked, and a call for help gets through."""

import pytest

from tests.e2e import burst
from tests.e2e.conftest import Town

pytestmark = pytest.mark.e2e
GATES, MESSAGES, LIMIT_S = 10, 200, 240


def test_a_burst_loses_nothing_and_leaves_room_for_a_call_for_help(town: Town) -> None:
    names = burst.gates(town, GATES)
    # When all gates ask at once, each question twice, and somebody presses a button meanwhile
    with (
        burst.connected(town, names, MESSAGES) as (found, asking),
        town.device(burst.BUTTON) as button,
        burst.Burster(town, found, asking, LIMIT_S),
    ):
        helped = [burst.press(button, LIMIT_S) for _ in range(3)]
    # Then help is called each time
    assert [each["outcome"] for each in helped] == ["opened", "joined", "joined"]
    # And each message was answered, or parked with a reason, and no question was answered in two ways
    assert sum(found.sent.values()) == MESSAGES
    assert found.unaccounted == []
    assert found.contradictions == []
    assert len(found.sent) == MESSAGES // 2
    # And whoever comes finds her well
    said = {"command": "resolve", "outcome": "fine", "note": "it was a drill"}
    path = f"/care/communities/{burst.COMMUNITY}/alerts/{helped[0]['alert']}/answers"
    assert town.http("willow-caregiver-1", "POST", path, said).status == 200
