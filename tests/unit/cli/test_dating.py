"""Samples as of today: all that belongs together moves together, and what means another time stays."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli_cli.develop import dating
from linli_cli.layout import ROOT

SAMPLES = sorted((ROOT / "events").rglob("*.json"))
days = st.integers(0, 4000)


@given(days, st.integers(0, 9 * 24 * 60))
def test_what_lies_apart_in_a_sample_lies_as_far_apart_later(later: int, minutes: int) -> None:
    one = datetime(2026, 1, 1, tzinfo=UTC)
    other = one + timedelta(minutes=minutes)
    text = json.dumps([one.isoformat(), other.isoformat(), int(other.timestamp()) * 1000])
    first, second, epoch = json.loads(dating.moved(text, later))
    assert datetime.fromisoformat(first) == one + timedelta(days=later)
    assert datetime.fromisoformat(second) - datetime.fromisoformat(first) == other - one
    assert epoch == datetime.fromisoformat(second).timestamp() * 1000


@given(st.datetimes(datetime(2026, 1, 6), datetime(2036, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  its zone is said beside
def test_a_sample_has_happened_within_the_last_day(now: datetime) -> None:
    happened = dating.SAMPLED_AT + timedelta(days=dating.days_since(now))
    assert timedelta() <= now - happened < timedelta(days=1)


@pytest.mark.parametrize(
    "stays",
    [
        '"2030-01-01T00:00:00Z"',
        '"2025-01-01"',
        '"1970-01-01T00:00:00Z"',
        '"2026-01-99"',
        '"2026-13"',
        '"2020-02"',
    ],
)
def test_what_means_another_time_stays(stays: str) -> None:
    assert dating.moved(stays, 326) == stays


def test_the_month_of_a_bill_moves_by_months_and_no_id_does() -> None:
    text = '{"period": "2025-12", "bill": "willow-samples-2025-12"}'
    assert json.loads(dating.moved(text, 326)) == {"period": "2026-10", "bill": "willow-samples-2025-12"}


def test_a_span_of_months_stays_as_long() -> None:
    moved = json.loads(dating.moved('{"since": "2025-01", "until": "2026-01"}', 326))
    assert moved == {"since": "2025-11", "until": "2026-11"}


def test_what_a_provider_has_signed_stays() -> None:
    text = '{"headers": {"Wechatpay-Signature": "x"}, "requestTimeEpoch": 1767600000000}'
    assert dating.moved(text, 10) == text


def test_every_sample_is_still_one_and_none_moves_by_nothing() -> None:
    for path in SAMPLES:
        text = path.read_text(encoding="utf-8")
        assert dating.moved(text, 0) == text
        assert len(json.dumps(json.loads(dating.moved(text, 326)))) == len(json.dumps(json.loads(text)))


def test_a_sample_that_is_sent_again_another_day_is_the_same(tmp_path: Path) -> None:
    record = tmp_path / "home" / "dated"
    first = dating.kept_in(record, datetime(2026, 11, 27, 9, tzinfo=UTC))
    assert dating.kept_in(record, datetime(2026, 12, 24, tzinfo=UTC)) == first == 326
    assert re.fullmatch("326", record.read_text())
