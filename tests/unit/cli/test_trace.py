"""What belongs together in logs, and how it is found there."""

from typing import Any, cast

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.cloud import Cloud
from linli_cli.errors import CommandError
from linli_cli.operate import trace
from linli_cli.operate.tracing import Line, line_of, traced

TOKENS = [
    "oak/use/m/2026-01",
    "oak/use/m/2026-02",
    "oak/bill/b",
    "oak/bill/c",
    "oak/intent/i",
    "oak/receipt/r",
]
lines = st.lists(
    st.builds(
        lambda at, chain, about, sums: Line(
            at, "f", {"correlation_id": chain, "outcome": "ok", "about": about, "sums": sums}
        ),
        st.integers(0, 9),
        st.sampled_from(["x", "y", "z"]),
        st.lists(st.sampled_from(TOKENS), max_size=2),
        st.lists(st.sampled_from(TOKENS[:2]), max_size=1),
    ),
    max_size=8,
)


@given(lines, st.sampled_from([*TOKENS, "x"]))
def test_a_trace_is_the_same_in_whatever_order_lines_are_found(found: list[Line], first: str) -> None:
    forwards = traced(first, lambda _: found)
    backwards = traced(first, lambda _: found[::-1])

    said = [[(line.at, sorted(line.about), line.chain) for line in each] for each in (forwards, backwards)]
    assert sorted(said[0]) == sorted(said[1])
    assert all(line in found for line in forwards)


@given(lines)
def test_messages_of_a_month_do_not_lead_to_each_other(found: list[Line]) -> None:
    messages = [line for line in found if line.about <= set(TOKENS[:2]) and not line.sums]
    alone = Line(0, "f", {"correlation_id": "alone", "outcome": "kept", "about": TOKENS[:1]})

    assert traced("alone", lambda _: [alone, *messages]) == [alone]


@pytest.mark.parametrize("message", ["START RequestId: 1", '{"level":"INFO","message":"x"}', "[1]", "{"])
def test_what_ends_no_attempt_is_no_line_of_a_trace(message: str) -> None:
    assert line_of(0, "f", message) is None


class Insights:
    """Logs Insights: what it is asked, and what it answers in the end."""

    def __init__(self, status: str, *rows: dict[str, str]) -> None:
        self.statuses, self.rows, self.asked = iter(("Running", status)), rows, list[str]()

    def client(self, *_: Any, **__: Any) -> "Insights":
        return self

    def start_query(self, *, queryString: str, startTime: int, endTime: int) -> dict[str, str]:  # noqa: N803  AWS's
        assert startTime < endTime
        self.asked.append(queryString)
        return {"queryId": "q"}

    def get_query_results(self, *, queryId: str) -> dict[str, Any]:  # noqa: N803  AWS's
        results = [[{"field": name, "value": value} for name, value in row.items()] for row in self.rows]
        return {"status": next(self.statuses), "results": results, "queryId": queryId}


def find(insights: Insights, monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    monkeypatch.setattr(trace, "POLL_S", 0)
    cloud = Cloud("prod", cast("boto3.Session", insights))
    return list(trace.finder(cloud, 1)({'m:"1', "oak/bill/b"}))


def test_on_aws_logs_insights_is_asked_for_all_functions_of_the_stage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = {
        "@timestamp": "2026-02-03 08:00:00.250",
        "@log": "123456789012:/aws/lambda/linli-prod-payments-bill",
        "@message": '{"correlation_id":"m:1","outcome":"owed"}',
        "@ptr": "…",
    }
    insights = Insights("Complete", row)

    (line,) = find(insights, monkeypatch)

    assert (line.function, line.at, line.said["outcome"]) == ("payments-bill", 1770105600250, "owed")
    (asked,) = insights.asked
    assert asked.startswith("SOURCE logGroups(namePrefix: ['/aws/lambda/linli-prod-']) | fields ")
    assert '@message like "m:\\"1" or @message like "oak/bill/b"' in asked


@pytest.mark.parametrize("status", ["Failed", "Timeout", "Cancelled"])
def test_a_query_that_ends_otherwise_is_told(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match=status):
        find(Insights(status), monkeypatch)
