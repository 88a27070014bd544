"""Open311: its words and ours, both forms, and its window of 90 days."""

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.maintenance.hotline.domain import (
    NOTES,
    SERVICES,
    problem_of,
    rendered,
    reported,
    request_of,
    window,
)
from functions.maintenance.hotline.models import Accepted, RequestQuery, RequestWanted
from functions.maintenance.reports.categories import TRADES
from functions.maintenance.tickets.models import State
from functions.maintenance.tickets.steps import Setting, Step
from linli.errors import Forbidden, InvalidRequest, NotFound
from linli.vocabulary.maintenance import MaintenancePolicy

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def wanted(**more: Any) -> RequestWanted:
    return RequestWanted.model_validate({"service_code": "water", "address_id": "b1/101"} | more)


@pytest.mark.parametrize("code", SERVICES)
def test_every_service_makes_a_ticket_that_is_shown_under_its_code(code: str) -> None:
    step = Step.opening(
        "willow",
        "t-1",
        reported(wanted(service_code=code), "h-1"),
        Setting(MaintenancePolicy(), "Asia/Shanghai"),
        NOW,
    )
    shown = request_of(step.ticket)
    assert (shown.service_code, shown.status, shown.address_id) == (code, "open", "b1/101")
    assert shown.status_notes == "submitted: waits for a repairer"


def test_every_state_has_its_words() -> None:
    assert set(NOTES) == set(get_args(State))


def test_a_place_of_ours_is_kept_as_such_and_any_other_in_its_own_words() -> None:
    ours = reported(wanted(), "h-1")
    theirs = reported(wanted(address_id="Gate 3!", lat="39.90", long="-1e1", address_string="1 街"), "h-1")
    assert (ours.building, ours.unit) == ("b1", "101")
    assert (theirs.building, theirs.description) == (None, TRADES["water"].name)
    assert dict(theirs.whereabouts or ()) == {
        "address": "1 街", "address_id": "Gate 3!", "lat": "39.90", "long": "-1e1",
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        {"service_code": "water"},
        {"service_code": "water", "lat": "39.9"},
        {"service_code": "water", "lat": "95", "long": "0"},
        {"service_code": "water", "lat": "nan", "long": "0"},
        {"address_id": "b1"},
    ],
)
def test_a_request_without_place_or_service_is_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        RequestWanted.model_validate(arguments)


def test_a_service_that_there_is_not_is_not_found() -> None:
    with pytest.raises(NotFound):
        reported(wanted(service_code="haircut"), "h-1")


def test_a_window_is_at_most_ninety_days() -> None:
    assert window(RequestQuery(), NOW).start == NOW - timedelta(days=90)
    with pytest.raises(InvalidRequest):
        window(RequestQuery(start_date=NOW - timedelta(days=100), end_date=NOW), NOW)
    with pytest.raises(InvalidRequest):
        window(RequestQuery(start_date=NOW, end_date=NOW - timedelta(days=1)), NOW)


@pytest.mark.parametrize("year", [1901, 1950, 1969])
def test_before_1970_there_was_nothing(year: int) -> None:
    with pytest.raises(InvalidRequest):
        window(RequestQuery(end_date=datetime(year, 1, 1, tzinfo=UTC)), NOW)


@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_that_nothing_can_be_added_to_is_no_window(year: int) -> None:
    with pytest.raises(ValidationError):
        RequestQuery(start_date=datetime(year, 1, 1, tzinfo=UTC))


@given(st.text())
def test_both_forms_say_the_same_and_are_well_formed(text: str) -> None:
    items = [Accepted(service_request_id="t-1", service_notice=text)]
    assert json.loads(rendered(items, "json", "service_requests", "request"))[0]["service_notice"] == text
    xml = rendered(items, "xml", "service_requests", "request")
    assert xml.startswith('<?xml version="1.0" encoding="utf-8"?>')
    (request,) = ET.fromstring(xml.encode("utf-8", "replace"))  # noqa: S314  our own text
    assert request.findtext("service_request_id") == "t-1"


def test_an_error_has_open311s_form() -> None:
    problem = problem_of(Forbidden("api_key_invalid"), "en")
    assert (problem.code, problem.description) == ("403", "api_key: is not valid")
