from functions.utilities.readings.models import Reading
from functions.utilities.reviews.decisions import Decision, with_decision

HELD = [
    Reading(0, 100),
    Reading(1, 900, standing="held"),
    Reading(2, 900, standing="held"),
    Reading(3, 901, standing="held"),
]


def decided(decision: str, corrected: int | None = None) -> list[Reading]:
    return with_decision(HELD, Decision("lin", decision, "seen", 1, 900, corrected))


def test_what_is_accepted_counts_by_a_humans_word() -> None:
    assert decided("accept")[1] == Reading(1, 900, "actual", "kept", decided=True)
    assert decided("accept")[2:] == HELD[2:]


def test_what_is_rejected_is_rejected_with_those_after_it_that_show_the_same() -> None:
    assert [each.standing for each in decided("reject")] == ["kept", "rejected", "rejected", "held"]


def test_what_is_corrected_stays_as_it_was_told_beside_what_the_dial_showed() -> None:
    found = decided("correct", 101)
    assert found[1] == Reading(1, 101, "corrected", decided=True)
    assert (found[2].ticks, found[2].standing) == (900, "rejected")
    assert len(found) == len(HELD) + 1
