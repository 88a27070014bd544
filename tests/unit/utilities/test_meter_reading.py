import json

import pytest
from pydantic import ValidationError

from functions.utilities.meter_reading.domain import answered
from functions.utilities.meter_reading.models import Malformed, MeterReadingEvent, ReadingSent
from linli.errors import InvalidRequest

HEAD = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z"}


def parsed(**body: object) -> MeterReadingEvent:
    return MeterReadingEvent.model_validate_json(json.dumps(HEAD | body))


def test_one_reading_is_of_when_the_message_is() -> None:
    (one,) = parsed(value="1.5").sent
    assert isinstance(one, ReadingSent)
    assert (str(one.value), one.measured_at) == ("1.5", parsed(value="1.5").occurred_at)


def test_of_many_readings_a_malformed_one_stands_alone() -> None:
    good = {"measured_at": "2026-01-05T00:00:00Z", "value": 1.1}
    sent = parsed(readings=[good, {"value": 1}, 7, good]).sent
    assert [isinstance(each, Malformed) for each in sent] == [False, True, True, False]


@pytest.mark.parametrize("body", [{}, {"value": 1, "readings": []}, {"readings": [{}] * 501}])
def test_a_message_is_one_reading_or_up_to_five_hundred(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parsed(**body)


def test_the_answer_names_what_does_not_count() -> None:
    answer = answered("e-1", ["kept", "duplicate", "held"])
    assert (answer.outcome, answer.kept, answer.duplicates) == ("held", 1, 1)
    assert [(each.index, each.outcome) for each in answer.others] == [(2, "held")]
    assert answered("e-1", ["superseded"]).outcome == "superseded"
    with pytest.raises(InvalidRequest, match=r"1 of 2 readings refused; readings\.1: unknown_meter"):
        answered("e-1", ["kept", "unknown_meter"])
