import json

import pytest
from pydantic import ValidationError

from functions.utilities.meter_reading.domain import answered, why_parked
from functions.utilities.meter_reading.models import MeterReadingEvent

HEAD = {"event_id": "e-1", "seq": 1, "occurred_at": "2026-01-05T08:00:00Z"}


def parsed(**body: object) -> MeterReadingEvent:
    return MeterReadingEvent.model_validate_json(json.dumps(HEAD | body))


def test_one_reading_is_of_when_the_message_is() -> None:
    one = parsed(value="1.5").sent[0].reading
    assert one is not None
    assert (str(one.value), one.measured_at) == ("1.5", parsed(value="1.5").occurred_at)


def test_of_many_readings_a_malformed_one_stands_alone() -> None:
    good = {"measured_at": "2026-01-05T00:00:00Z", "value": 1.1}
    sent = parsed(readings=[good, {"value": 1}, 7, good]).sent
    assert [each.malformed is not None for each in sent] == [False, True, True, False]


def test_an_unknown_member_of_a_reading_costs_no_reading() -> None:
    good = {"measured_at": "2026-01-05T00:00:00Z", "value": 1.1}
    event = parsed(readings=[good, good | {"rssi": -71}, good | {"estimated": "perhaps"}])
    assert [each.reading is not None for each in event.sent] == [True, True, False], "estimated is meant"
    assert event.left_out() == ("readings.1.rssi",)


@pytest.mark.parametrize("body", [{}, {"value": 1, "readings": []}, {"readings": [{}] * 501}])
def test_a_message_is_one_reading_or_up_to_five_hundred(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        parsed(**body)


def test_the_answer_names_what_does_not_count() -> None:
    answer = answered("e-1", ["kept", "duplicate", "held"])
    assert (answer.outcome, answer.kept, answer.duplicates) == ("held", 1, 1)
    assert [(each.index, each.outcome) for each in answer.others] == [(2, "held")]
    assert answered("e-1", ["superseded"]).outcome == "superseded"


def test_some_bad_readings_are_told_by_index_and_the_rest_is_recorded() -> None:
    outcomes = ["kept"] * 500
    outcomes[3], outcomes[77], outcomes[499] = "unknown_meter", "measured_at: " + "x" * 500, "too_old"
    answer = answered("e-1", outcomes)
    assert (answer.outcome, answer.kept) == ("partly_recorded", 497)
    assert [each.index for each in answer.refused] == [3, 77, 499]
    assert answer.refused[0].reason == "unknown_meter"
    assert why_parked(answer, 500) == {"refused": 3, "readings": 500, "index": 3, "reason": "unknown_meter"}


def test_readings_that_are_all_bad_are_refused_by_index_in_one_reply() -> None:
    answer = answered("e-1", ["x" * 500] * 500)
    assert (answer.outcome, len(answer.refused)) == ("refused", 500)
    assert len(answer.model_dump_json()) < 128 * 1024
    assert answered("e-1", ["unknown_meter"]).outcome == "refused"
    assert why_parked(answered("e-1", ["kept", "held"]), 2) == {}
