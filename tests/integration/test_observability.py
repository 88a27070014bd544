"""What an attempt leaves in the logs, and when it is a metric, which costs money."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from linli.errors import NotFound
from linli.observability import about, correlation_id, observed, sums

MEASURED = ("boil:spilled", "boil:not-found")


@pytest.fixture(autouse=True)
def _kitchen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINLI_SERVICE", "kitchen")
    monkeypatch.setenv("LINLI_COUNTED", " ".join(MEASURED))


def attempt(outcome: str | Exception, *, action: str = "boil") -> None:
    with observed(action, "1") as attempt:
        if isinstance(outcome, Exception):
            raise outcome
        attempt.outcome = outcome


def metrics(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = capsys.readouterr().out.splitlines()
    return [json.loads(line) for line in lines if '"_aws"' in line]


def test_an_outcome_that_an_alarm_looks_at_is_a_metric(capsys: pytest.CaptureFixture[str]) -> None:
    attempt("spilled")
    (sent,) = metrics(capsys)
    assert (sent["service"], sent["action"], sent["outcome"]) == ("kitchen", "boil", "spilled")
    assert sent["Attempts"] == [1.0]


def test_so_is_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFound):
        attempt(NotFound())
    assert [each["outcome"] for each in metrics(capsys)] == ["not-found"]


def test_no_other_outcome_is(capsys: pytest.CaptureFixture[str]) -> None:
    attempt("done")
    attempt("spilled", action="fry")
    assert metrics(capsys) == []


def test_an_error_that_nobody_foresaw_is_counted_for_its_service(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        attempt(ZeroDivisionError())
    (sent,) = metrics(capsys)
    assert sent["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert (sent["service"], sent["Errors"]) == ("kitchen", [1.0])


@pytest.mark.parametrize(
    ("outcome", "logged"), [("done", "done"), (NotFound(), "not-found"), (ZeroDivisionError(), "error")]
)
def test_every_outcome_is_logged(
    outcome: str | Exception, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    with suppress(NotFound, ZeroDivisionError):
        attempt(outcome)
    assert [record.outcome for record in caplog.records if hasattr(record, "outcome")] == [logged]


def test_the_line_of_an_attempt_keeps_its_keys_after_one_that_is_a_part_of_it(
    logged: Callable[[], str],
) -> None:
    with observed("cook", "whole", community="oak"), observed("boil", "part", person="p"):
        pass

    part, whole = (json.loads(line) for line in logged().splitlines())

    assert (part["action"], part["correlation_id"], part["person"]) == ("boil", "part", "p")
    assert (whole["action"], whole["correlation_id"], whole["community"]) == ("cook", "whole", "oak")
    assert "person" not in whole


@pytest.mark.parametrize("ends", [None, NotFound(), ZeroDivisionError()])
def test_a_line_says_what_it_is_about_however_it_ends(
    logged: Callable[[], str], ends: Exception | None
) -> None:
    with suppress(Exception), observed("pay", "1"):
        about("oak", "bill", "b-2", "b-1", "b-1")
        sums("oak", "use", "m-1/2026-01")
        if ends:
            raise ends

    (line,) = (json.loads(each) for each in logged().splitlines() if "_aws" not in each)

    assert line["about"] == ["oak/bill/b-1", "oak/bill/b-2"]
    assert line["sums"] == ["oak/use/m-1/2026-01"]


def test_outside_of_an_attempt_there_is_no_correlation_id() -> None:
    about("oak", "bill", "b")
    assert correlation_id() == ""
    with observed("boil", "1"):
        assert correlation_id() == "1"
