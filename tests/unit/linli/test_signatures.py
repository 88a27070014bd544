"""Our signatures are botocore's, byte for byte, of every operation that our clients call."""

from datetime import UTC, datetime
from unittest.mock import patch
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoresCredentials
from hypothesis import given
from hypothesis import strategies as st

from linli.json_services import SERVICES, Service
from linli.signatures import Credentials, Request, Scope, signed

JSON_SERVICES = [each for each in SERVICES.values() if each.target]
REGIONS = ["eu-west-1", "cn-north-1", "us-gov-west-1"]
words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=40)
values = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=40)
topics = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda each: set(each) - {"."})
hosts = st.sampled_from(["dynamodb.eu-west-1.amazonaws.com", "127.0.0.1:4566", "localhost", "[::1]:8000"])
headers = st.dictionaries(words.map("x-amz-{}".format), values, max_size=4)
secrets = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60)
credentials = st.builds(Credentials, words, secrets, st.none() | words)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1))  # noqa: DTZ001  hypothesis takes these only


@st.composite
def calls(draw: st.DrawFn) -> tuple[Service, Request]:
    """Any call of a service in JSON."""
    service = draw(st.sampled_from(JSON_SERVICES))
    told = {"X-Amz-Target": f"{service.target}.{draw(words)}", "Content-Type": "application/x-amz-json-1.0"}
    body = draw(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    return service, Request("POST", draw(hosts), "/", "", {**draw(headers), **told}, body)


@st.composite
def publications(draw: st.DrawFn) -> tuple[Service, Request]:
    """Any message to devices."""
    path = f"/topics/{quote(draw(topics), safe='')}"
    told, body = {"Content-Type": "application/octet-stream"}, draw(st.binary(max_size=200))
    return SERVICES["iot-data"], Request(
        "POST", draw(hosts), path, f"qos={draw(st.integers(0, 1))}", told, body
    )


def botocores(request: Request, whose: Credentials, scope: Scope, at: datetime) -> dict[str, str]:
    """The headers that botocore makes, by their names in lower case."""
    query = f"?{request.query}" if request.query else ""
    url = f"http://{request.host}{request.path}{query}"
    asked = AWSRequest(request.method, url, headers=dict(request.headers), data=request.body)
    theirs = BotocoresCredentials(whose.access_key, whose.secret_key, whose.token)
    with patch("botocore.auth.get_current_datetime", return_value=at.replace(tzinfo=None)):
        SigV4Auth(theirs, scope.service, scope.region).add_auth(asked)
    return {name.lower(): value for name, value in asked.headers.items()}


@given(calls() | publications(), credentials, st.sampled_from(REGIONS), instants)
def test_a_signature_is_botocores(
    call: tuple[Service, Request], whose: Credentials, region: str, at: datetime
) -> None:
    service, request = call
    at, scope = at.replace(microsecond=0, tzinfo=UTC), Scope(region, service.signs_as)
    made = signed(request, whose, scope, at.timestamp())
    ours = {name.lower(): value for name, value in made.items()}
    theirs = botocores(request, whose, scope, at)
    assert {name: ours[name] for name in theirs} == theirs


def test_the_key_of_a_session_that_was_renewed_in_place_is_another() -> None:
    request = Request("POST", "host", "/", "", {}, b"{}")
    scope = Scope("eu-west-1", "dynamodb")
    whose = [Credentials("a", secret, token) for secret, token in (("one", "t"), ("two", "t"), ("two", "u"))]
    assert len({signed(request, each, scope, 0)["Authorization"] for each in whose}) == len(whose)


@pytest.mark.parametrize("secret", ["secret", "token"])
def test_what_signs_is_not_shown(secret: str) -> None:
    assert secret not in repr(Credentials("a", "secret", "token"))
