"""Secrets: cached, fetched afresh on demand, and told apart from those that were never set up."""

from typing import Any

import pytest
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters import clear_caches
from aws_lambda_powertools.utilities.parameters.constants import DEFAULT_PROVIDERS
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from linli.errors import Unavailable
from linli.secrets import MOST_MISSING, _missing, secret, secret_if_any
from tests.integration.conftest import STAGE, client

pytestmark = pytest.mark.usefixtures("cloud")
NAME = "merchants/willow/alipay"


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    clear_caches()
    _missing.clear()


def write(text: str) -> None:
    vault, name = client("secretsmanager"), f"linli/{STAGE}/{NAME}"
    try:
        vault.create_secret(Name=name, SecretString=text)
    except vault.exceptions.ResourceExistsException:
        vault.put_secret_value(SecretId=name, SecretString=text)


def test_what_was_never_set_up_is_none_or_to_be_asked_for_again() -> None:
    assert secret_if_any(NAME) is None
    assert secret_if_any(NAME, fresh=True) is None
    with pytest.raises(Unavailable):
        secret(NAME)


def test_what_is_there_is_cached_until_it_is_wanted_fresh() -> None:
    write("old")
    assert secret_if_any(NAME) == "old"
    write("new")
    assert secret_if_any(NAME) == "old"
    assert secret_if_any(NAME, fresh=True) == "new"
    assert secret_if_any(NAME) == "new"


def test_a_silent_secret_store_is_given_up_as_soon_as_any_other_service() -> None:
    write("old")
    assert secret(NAME) == "old"
    asking = DEFAULT_PROVIDERS["secrets"].client
    assert asking is client("secretsmanager")
    assert asking.meta.config.read_timeout == 5


def test_another_error_is_not_taken_for_a_missing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_about: object, **_options: object) -> str:
        raise GetParameterError("AccessDenied")

    monkeypatch.setattr(parameters, "get_secret", denied)
    with pytest.raises(Unavailable):
        secret_if_any(NAME)


def test_a_missing_one_is_asked_for_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    get_secret = parameters.get_secret

    def counted(name: str, **more: Any) -> Any:
        asked.append(name)
        return get_secret(name, **more)

    monkeypatch.setattr(parameters, "get_secret", counted)
    assert [secret_if_any(NAME) for _ in range(50)] == [None] * 50
    assert len(asked) == 1
    write("set up")
    assert secret_if_any(NAME, fresh=True) == "set up"
    # and however many names strangers think of, what we remember is bounded
    _missing.update({str(number): 1e12 for number in range(MOST_MISSING)})
    assert secret_if_any("another") is None
    assert len(_missing) == 1


def test_what_a_community_may_change_is_believed_for_a_minute_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def get_secret(_name: str, *, max_age: int, force_fetch: bool) -> str:
        asked.append(0 if force_fetch else max_age)
        return "a key"

    monkeypatch.setattr(parameters, "get_secret", get_secret)
    assert secret_if_any(NAME) == secret_if_any(NAME, fresh=True) == "a key"
    assert asked == [60, 0]
