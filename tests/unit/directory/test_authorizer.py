import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.directory.authorizer.domain import (
    LARGEST_GRANTS,
    LEEWAY,
    allowance,
    bearer,
    check_times,
    grants,
)
from functions.directory.authorizer.models import Claims, Issuer, TokenEvent
from linli.errors import Unauthenticated

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
ARN = "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3/api/GET/communities/willow"
IDS = st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True)
COVERED = st.dictionaries(IDS, st.lists(IDS, max_size=3), max_size=3)


@given(st.dictionaries(IDS, st.lists(st.sampled_from(["resident", "guard"]), max_size=2)), COVERED, COVERED)
def test_grants_hold_exactly_what_was_given(
    members: dict[str, list[str]], companies: dict[str, list[str]], districts: dict[str, list[str]]
) -> None:
    held = grants(members, companies, districts)

    assert held["companies"] == {key: ["operator"] for key in companies}
    assert held["sub_districts"] == {key: ["official"] for key in districts}
    everything = set(members) | {c for some in [*companies.values(), *districts.values()] for c in some}
    for community in everything:
        expected = set(members.get(community, ()))
        expected |= {"operator" for some in companies.values() if community in some}
        expected |= {"official" for some in districts.values() if community in some}
        assert set(held["communities"].get(community, [])) == expected
    assert all(held["communities"].values())


@given(st.integers(-600, 600))
def test_a_token_is_good_until_half_a_minute_after_its_end(seconds: int) -> None:
    claims = Claims(sub="p", exp=(NOW + timedelta(seconds=seconds)).timestamp())

    if timedelta(seconds=seconds) > -LEEWAY:
        check_times(claims, NOW)
    else:
        with pytest.raises(Unauthenticated):
            check_times(claims, NOW)


@given(st.integers(-600, 600), st.sampled_from(["nbf", "iat"]))
def test_a_token_is_good_from_half_a_minute_before_its_start(seconds: int, claim: str) -> None:
    start = (NOW + timedelta(seconds=seconds)).timestamp()
    claims = Claims.model_validate({"sub": "p", "exp": NOW.timestamp() + 3600, claim: start})

    if timedelta(seconds=seconds) <= LEEWAY:
        check_times(claims, NOW)
    else:
        with pytest.raises(Unauthenticated):
            check_times(claims, NOW)


def test_the_answer_covers_the_whole_stage_since_the_gateway_keeps_it_for_every_route() -> None:
    answer = allowance("p", "u", grants({}, {}, {}), ARN)

    (statement,) = answer["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3/api/*"
    assert answer["context"] == {
        "person": "p",
        "identity": "u",
        "grants": '{"communities":{},"companies":{},"sub_districts":{}}',
    }


def test_of_more_than_the_gateway_can_hand_over_the_oldest_memberships_stay() -> None:
    home = {"home": ["resident"]}
    given_by_a_stranger = {f"community-{number}": ["resident"] for number in range(400)}

    answer = allowance("p", "p", grants(home | given_by_a_stranger, {"acme": []}, {}), ARN)

    handed_over = json.loads(answer["context"]["grants"])
    assert handed_over["communities"]["home"] == ["resident"]
    assert handed_over["companies"] == {"acme": ["operator"]}
    assert 100 < len(handed_over["communities"]) < 400
    assert len(answer["context"]["grants"]) <= LARGEST_GRANTS


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5", "token"])
def test_only_a_bearer_token_is_one(header: str) -> None:
    with pytest.raises(Unauthenticated):
        bearer(header)


@pytest.mark.parametrize("arn", ["", "arn:aws:s3:::b/k/x", "arn:aws:execute-api:eu-west-1:1:api"])
def test_an_event_that_names_no_api_stage_is_refused(arn: str) -> None:
    with pytest.raises(ValidationError):
        TokenEvent.model_validate({"type": "TOKEN", "authorizationToken": "Bearer x", "methodArn": arn})


@pytest.mark.parametrize(
    "url", ["http://issuer.example/jwks", "file:///etc/passwd", "http://localhost.evil/"]
)
def test_keys_are_not_fetched_over_a_line_others_can_write_to(url: str) -> None:
    with pytest.raises(ValidationError):
        Issuer.of({"ISSUER": "i", "AUDIENCE": "a", "JWKS_URL": url})
