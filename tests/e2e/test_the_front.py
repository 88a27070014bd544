"""One address: whoever opens it signs in and reads what is theirs, and needs to know no other."""

import secrets
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from localstack.front.grants import s256
from tests.e2e.conftest import Town

pytestmark = pytest.mark.e2e
TIMEOUT_S = 60


def signed_in(town: Town, person: str, client: str) -> str:
    """A token as a page gets it, which knows its own address and what `/config.json` says."""
    origin, verifier = town.urls["front"].rstrip("/"), secrets.token_urlsafe(48)
    told = requests.get(f"{origin}/config.json", timeout=TIMEOUT_S).json()
    here, there = f"{origin}/{client}/", told["issuer"]["metadata"]
    asked = {
        "client_id": told["clients"][client],
        "redirect_uri": here,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": s256(verifier),
        "code_challenge_method": "S256",
        "login_hint": person,
    }
    sent = requests.get(
        there["authorization_endpoint"], params=asked, allow_redirects=False, timeout=TIMEOUT_S
    )
    (code,) = parse_qs(urlsplit(sent.headers["Location"]).query)["code"]
    form = {
        "grant_type": "authorization_code", "client_id": asked["client_id"], "redirect_uri": here,
        "code": code, "code_verifier": verifier,
    }  # fmt: skip
    given = requests.post(there["token_endpoint"], data=form, timeout=TIMEOUT_S)
    assert given.status_code == 200, given.text
    return str(given.json()["access_token"])


def test_people_sign_in_and_every_service_answers_them(town: Town) -> None:
    # Given a manager and a resident who signed in at the front
    origin = town.urls["front"].rstrip("/")
    tokens = {
        person: {"Authorization": f"Bearer {signed_in(town, person, client)}"}
        for person, client in (("willow-manager-1", "console"), ("willow-resident-1", "home"))
    }
    told = requests.get(f"{origin}/config.json", timeout=TIMEOUT_S).json()
    assert set(told["services"]) == set(town.urls["http"])

    # Then the manager reads tickets there, as at the service's own address
    path = "communities/willow/tickets?shelf=waiting"
    answer = requests.get(
        f"{origin}/api/maintenance/{path}", headers=tokens["willow-manager-1"], timeout=TIMEOUT_S
    )
    assert (answer.status_code, answer.json()) == (
        200,
        town.http("willow-manager-1", "GET", f"/maintenance/{path}").body,
    )

    # And what a resident may not do is refused, in the API's own words
    refused = requests.get(
        f"{origin}/api/maintenance/{path}", headers=tokens["willow-resident-1"], timeout=TIMEOUT_S
    )
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert requests.get(f"{origin}/api/maintenance/{path}", timeout=TIMEOUT_S).status_code == 401


def test_the_one_address_is_said_first(town: Town) -> None:
    said = town.linli("urls").stdout
    assert town.urls["front"] in said.splitlines()[1], said
    assert said.index(town.urls["front"]) < said.index(town.urls["http"]["access"])
