from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.directory.requests.progress import (
    COPY_KEPT,
    begins_at,
    is_last_manager,
    kept_until,
    nobody_yet,
    with_answer,
)
from linli.http import AUTHORIZED_FOR_S
from linli.vocabulary.care import CareAnswered

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
RESTORABLE = timedelta(days=35)
SERVICES = ["access", "care", "health"]


def answered(state: str, rows: int = 0) -> CareAnswered:
    about = {"community": "willow", "request": "r-1", "person": "p", "asked": "forgetting"}
    return CareAnswered.model_validate(about | {"state": state, "rows": {"gone": rows}})


def test_nobody_begins_to_forget_while_a_token_may_open_something() -> None:
    assert begins_at("forgetting", NOW) - NOW > timedelta(seconds=AUTHORIZED_FOR_S)
    assert begins_at("export", NOW) == NOW


def test_who_was_forgotten_is_known_as_long_as_an_older_table_can_come_back() -> None:
    assert kept_until("forgetting", NOW) - NOW > RESTORABLE
    assert kept_until("export", NOW) - NOW == COPY_KEPT


@given(st.lists(st.tuples(st.sampled_from(SERVICES), st.sampled_from(["waits", "done"])), max_size=12))
def test_it_is_done_once_each_has_said_so_in_whatever_order_and_as_often_as_they_say_it(
    words: list[tuple[str, str]],
) -> None:
    answers = nobody_yet(SERVICES)
    for service, state in words:
        answers = with_answer(answers, service, answered(state))

    done = {service for service, state in words if state == "done"}
    assert answers.are_all_in == (done == set(SERVICES))
    assert {name for name, each in answers.by.items() if each.state == "done"} == done


def test_a_late_word_changes_nothing_of_what_is_done() -> None:
    answers = with_answer(nobody_yet(SERVICES), "care", answered("done", 3))

    assert with_answer(answers, "care", answered("waits")) is answers


def test_the_last_manager_is_who_manages_alone() -> None:
    assert is_last_manager("p", ["p"])
    assert not is_last_manager("p", ["p", "q"])
    assert not is_last_manager("p", [])
