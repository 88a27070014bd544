"""What people are told through the real handlers: in their language, by a code that programs can read."""

from typing import Any

import pytest

from tests.integration.conftest import Http, Invoke, Service
from tests.integration.neighbourhood import furnish_access
from tests.integration.people import WILLOW_MANAGER
from tests.integration.people import WILLOW_RESIDENT as INVITER

CARD = {"kind": "card", "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2025-01-01T00:00:00Z"}
CHINESE = {"Accept-Language": "zh-Hans-CN,zh;q=0.9,en;q=0.8"}
WRONG: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "a field that is missing": (CARD, "value", "missing", "必填"),
    "a field that nobody knows": (
        CARD | {"value": "1", "lucky": 8}, "lucky", "extra_forbidden", "没有这一项"
    ),
    "one of a few words": (CARD | {"kind": "key", "value": "1"}, "kind", "literal_error", "之一"),
    "a text that is no time": (
        CARD | {"value": "1", "valid_from": "tomorrow"}, "valid_from", "no_instant", "不是带时区的"
    ),
    "a rule of ours": (CARD | {"value": "1"}, "body", "valid_ten_years", "valid_until 须晚于 valid_from"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "field", "code", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_field_is_told_in_the_language_of_the_caller(
    service: Service, http: Http, *, body: dict[str, Any], field: str, code: str, message: str
) -> None:
    app = service("access")
    path = "/communities/willow/people/willow-resident-1/credentials"
    answer = http(app, "POST", path, **WILLOW_MANAGER, body=body, headers=CHINESE)
    told = next(each for each in answer.body["errors"] if each["field"] == field)
    assert (answer.status, told["code"]) == (400, code)
    assert message in told["message"]
    assert answer.body["title"] == "请求内容有误"
    assert (answer.headers["Content-Language"], answer.headers["Vary"]) == ("zh-CN", "Accept-Language")


@pytest.mark.parametrize(
    ("accepted", "title"), [({}, "Not found"), ({"Accept-Language": "zh-TW"}, "没有找到")], ids=["none", "zh"]
)
def test_who_asks_for_no_language_is_told_in_english(
    service: Service, http: Http, accepted: dict[str, str], title: str
) -> None:
    app = service("access")
    path = "/communities/elsewhere/people/ann/credentials"
    answer = http(app, "GET", path, **WILLOW_MANAGER, headers=accepted)
    assert (answer.status, answer.body["code"], answer.body["title"]) == (404, "not-found", title)


def test_what_a_rule_refuses_has_its_parameters_for_programs(
    service: Service, http: Http, invoke: Invoke
) -> None:
    app = service("access")
    furnish_access(app, http, invoke)
    body = {
        "visitor_name": "王芳", "valid_from": "2026-01-05T00:00:00Z", "valid_until": "2026-03-05T00:00:00Z",
    }  # fmt: skip
    answer = http(app, "POST", "/communities/willow/invitations", **INVITER, body=body, headers=CHINESE)
    assert answer.body["code"] == "invitation_too_long"
    hours = answer.body["parameters"]["hours"]
    assert answer.body["detail"] == f"valid_until：须晚于 valid_from，且最多 {hours} 小时"
