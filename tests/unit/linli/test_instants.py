"""Instants, days and times of day: one spelling of each is read, whatever else would pass for one."""

import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from importlib import import_module
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BeforeValidator, NaiveDatetime, ValidationError

import functions
import linli
from linli.contracts import Contract
from linli.instants import Instant, parsed, to_text
from linli.local_times import CLOCK_PATTERN, ClockTime, Day


class Stamped(Contract):
    at: Instant


class Dated(Contract):
    on: Day


class Timed(Contract):
    at: ClockTime


NO_INSTANTS = [
    "20260101",
    "1767600000",
    "1767600000000",
    "46352.5",
    "2026-01-05",
    "2026-01-05T08:00:00",
    "2026-01-05T08:00Z",
    "2026-01-05 08:00:00Z",
    "2026-01-05_08:00:00Z",
    "2026-W02-1T08:00:00Z",
    "2026-005T08:00:00Z",
    "20260105T080000Z",
    "2026-01-05T08:00:00+0800",
    "2026-01-05T08:00:00+08",
    "2026-01-05T08:00:00+24:00",
    "2026-01-05T08:00:00,5Z",
    "2026-01-05T08:00:00 Z",
    " 2026-01-05T08:00:00Z",
    "2026-01-05T08:00:00Z\n",
    "2026-02-30T08:00:00Z",
    "2026-01-05T24:00:00Z",
    "2026-01-05T08:00:61Z",
    "2026-01-05T08:00:60Z",
    "２０２６-01-05T08:00:00Z",
    "P1D",
    "now",
    "",
]
NO_DAYS = ["20260105", "1767571200", "0", "2026-1-5", "2026-01-05T00:00:00Z", "2026-W02-1", "2026-02-30", ""]
NO_CLOCK_TIMES = [
    "08:00:59",
    "08:00:00.5",
    "08:00Z",
    "08:00+08:00",
    "8:00",
    "0800",
    "24:00",
    "T08:00",
    "28800",
    "",
]


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_text_that_is_no_rfc_3339_time_with_an_offset_is_refused_by_its_form(text: str) -> None:
    for read in (
        lambda: Stamped.model_validate_json(json.dumps({"at": text})),
        lambda: Stamped.model_validate_strings({"at": text}),
        lambda: Stamped.model_validate({"at": text}, strict=False),
    ):
        with pytest.raises(ValidationError, match="no RFC 3339 time with an offset, such as 2026-01-05T16"):
            read()


@pytest.mark.parametrize("number", [1767600000, 1767600000000, 46352.5, 20260101, True, None, [], {}])
def test_a_number_is_no_instant_and_no_day(number: Any) -> None:
    for model, name in ((Stamped, "at"), (Dated, "on"), (Timed, "at")):
        with pytest.raises(ValidationError):
            model.model_validate_json(json.dumps({name: number}))


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-05T08:00:00Z", "2026-01-05T08:00:00.000Z"),
        ("2026-01-05t08:00:00z", "2026-01-05T08:00:00.000Z"),
        ("2026-01-05T16:00:00+08:00", "2026-01-05T08:00:00.000Z"),
        ("2026-01-05T08:00:00-00:00", "2026-01-05T08:00:00.000Z"),
        ("2026-01-05T08:00:00.1Z", "2026-01-05T08:00:00.100Z"),
        ("2026-01-05T08:00:00.123456789Z", "2026-01-05T08:00:00.123Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"),
        ("2017-01-01T07:59:60.25+08:00", "2016-12-31T23:59:59.999Z"),
    ],
)
def test_every_spelling_of_rfc_3339_is_read(text: str, instant: str) -> None:
    assert to_text(Stamped.model_validate_json(json.dumps({"at": text})).at) == instant


offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda one: timezone(timedelta(minutes=one)))
moments = st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001  bounds


@given(moments)
def test_an_instant_survives_its_text_in_any_offset(moment: datetime) -> None:
    assert parsed(moment.isoformat()) == moment
    kept = Stamped(at=moment).at
    assert kept.tzinfo is UTC
    assert timedelta(0) <= moment - kept < timedelta(milliseconds=1)
    assert Stamped.model_validate_json(Stamped(at=moment).model_dump_json()).at == kept
    assert parsed(to_text(kept)) == kept


@given(st.text(max_size=40))
def test_whatever_is_read_as_an_instant_looks_like_one(text: str) -> None:
    try:
        parsed(text)
    except ValueError:
        return
    assert text[10] in "Tt"
    assert text[-1] in "Zz" or text[-6] in "+-"


@pytest.mark.parametrize("text", NO_DAYS)
def test_text_that_is_no_day_is_refused_by_its_form(text: str) -> None:
    with pytest.raises(ValidationError, match="no day such as 2026-01-05"):
        Dated.model_validate_json(json.dumps({"on": text}))
    with pytest.raises(ValidationError, match="no day such as 2026-01-05"):
        Dated.model_validate_strings({"on": text})


@pytest.mark.parametrize("text", NO_CLOCK_TIMES)
def test_hours_with_seconds_or_an_offset_are_refused_and_not_stored_as_others(text: str) -> None:
    with pytest.raises(ValidationError, match="no local time in whole minutes"):
        Timed.model_validate_json(json.dumps({"at": text}))


@pytest.mark.parametrize("at", [time(8, 0, 59), time(8, 0, 0, 1), time(8, tzinfo=UTC)])
def test_a_time_of_day_that_is_more_than_a_minute_is_refused(at: time) -> None:
    with pytest.raises(ValidationError):
        Timed(at=at)


@given(st.times().map(lambda one: one.replace(second=0, microsecond=0)), st.dates())
def test_days_and_times_of_day_survive_their_text(at: time, on: date) -> None:
    assert Timed.model_validate_json(Timed(at=at).model_dump_json()).at == at
    assert Timed.model_validate_json(json.dumps({"at": at.isoformat()})).at == at, "as policies were stored"
    assert Dated.model_validate_json(Dated(on=on).model_dump_json()).on == on


def test_a_time_of_day_is_described_by_its_pattern_and_is_no_format_time() -> None:
    for mode in ("validation", "serialization"):
        assert Timed.model_json_schema(mode=mode)["properties"]["at"] == {  # type: ignore[arg-type]
            "type": "string",
            "pattern": CLOCK_PATTERN,
            "title": "At",
        }


def _contracts() -> Iterator[type[Contract]]:
    for package in (functions, linli):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if found.name.rpartition(".")[2] != "__main__":
                import_module(found.name)
    waiting = [Contract]
    while waiting:
        waiting += (each := waiting.pop()).__subclasses__()
        yield each


def _bare(annotation: Any, metadata: Any = ()) -> Iterator[type]:
    """Types of times that take digits for Unix time, without a reader of ours before them."""
    read = any(isinstance(each, BeforeValidator) for each in metadata)
    if annotation in (date, time, datetime, AwareDatetime, NaiveDatetime) and not read:
        yield annotation
    inner = get_args(annotation)
    more = getattr(annotation, "__metadata__", ())
    for each in inner[:1] if more else inner:
        yield from _bare(each, more)


def test_no_contract_reads_a_time_in_another_way_than_these() -> None:
    bare = {
        f"{model.__module__}.{model.__name__}.{name}"
        for model in _contracts()
        if model.__module__.startswith(("functions.", "linli."))
        for name, field in model.model_fields.items()
        if list(_bare(field.annotation, field.metadata))
    }
    assert bare == set()
