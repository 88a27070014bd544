"""Secrets: cached, fetched afresh on demand, and told apart from those that were never set up."""

import pytest
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters import clear_caches
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from linli.secrets import secret, secret_if_any
from tests.integration.conftest import STAGE, client

pytestmark = pytest.mark.usefixtures("cloud")
NAME = "merchants/willow/alipay"


@pytest.fixture(autouse=True)
def _nothing_cached() -> None:
    clear_caches()


def write(text: str) -> None:
    vault, name = client("secretsmanager"), f"linli/{STAGE}/{NAME}"
    try:
        vault.create_secret(Name=name, SecretString=text)
    except vault.exceptions.ResourceExistsException:
        vault.put_secret_value(SecretId=name, SecretString=text)


def test_what_was_never_set_up_is_none_or_an_error_of_ours() -> None:
    assert secret_if_any(NAME) is None
    assert secret_if_any(NAME, fresh=True) is None
    with pytest.raises(GetParameterError):
        secret(NAME)


def test_what_is_there_is_cached_until_it_is_wanted_fresh() -> None:
    write("old")
    assert secret_if_any(NAME) == "old"
    write("new")
    assert secret_if_any(NAME) == "old"
    assert secret_if_any(NAME, fresh=True) == "new"
    assert secret_if_any(NAME) == "new"


def test_another_error_is_not_taken_for_a_missing_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_about: object, **_options: object) -> str:
        raise GetParameterError("AccessDenied")

    monkeypatch.setattr(parameters, "get_secret", denied)
    with pytest.raises(GetParameterError):
        secret_if_any(NAME)
