"""What of a sensor's word cannot be believed is counted, and said in words."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.care.intake.unbelieved import Unbelieved, disbelieved, is_news, spoke

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


@given(st.lists(st.tuples(st.sampled_from(["", "a clock of 1970"]), st.booleans()), min_size=1, max_size=9))
def test_every_word_in_doubt_is_counted(said: list[tuple[str, bool]]) -> None:
    doubt: Unbelieved | None = None
    for minutes, (clock, id_reused) in enumerate(said):
        doubt = disbelieved(doubt, clock, NOW + timedelta(minutes=minutes), id_reused=id_reused)
    assert doubt is not None
    assert doubt.clocks == sum(1 for clock, _ in said if clock)
    assert doubt.numbers == sum(id_reused for _, id_reused in said)
    assert (doubt.since, doubt.last_at) == (NOW, NOW + timedelta(minutes=len(said) - 1))


def test_it_is_said_how_often_and_how() -> None:
    dead = Unbelieved(since=NOW, last_at=NOW, clock="a clock of 1970", clocks=3)
    assert spoke("motion-1", dead) == "motion-1 spoke 3 times with a clock of 1970"
    both = dead.model_copy(update={"numbers": 1})
    assert (
        spoke("motion-1", both) == "motion-1 spoke 3 times with a clock of 1970 and once with an old number"
    )


def test_staff_who_have_settled_it_are_told_again_a_day_later() -> None:
    told = Unbelieved(since=NOW, last_at=NOW, told_at=NOW)
    assert is_news(Unbelieved(since=NOW, last_at=NOW), NOW)
    assert not is_news(told, NOW + timedelta(hours=23))
    assert is_news(told, NOW + timedelta(hours=24))
