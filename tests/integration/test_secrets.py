"""Secrets: cached, fetched afresh on demand, and told apart from those that were never set up."""

from collections.abc import Callable, Iterator

import pytest

from linli import secrets
from linli.aws import of_botocore
from linli.connections import Answer, Asked
from linli.errors import Unavailable
from linli.secrets import MOST_MISSING, secret, secret_if_any
from tests.integration import wire
from tests.integration.conftest import STAGE
from tests.integration.faults import timed_out
from tests.integration.quick_table import failed

pytestmark = pytest.mark.usefixtures("cloud")
NAME = "merchants/willow/alipay"


@pytest.fixture
def asked() -> Iterator[list[Asked]]:
    """How often the vault was asked."""
    with wire.listening("secretsmanager.GetSecretValue") as heard:
        yield heard


def write(text: str) -> None:
    vault, name = of_botocore("secretsmanager"), f"linli/{STAGE}/{NAME}"
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


def test_a_silent_secret_store_is_unavailable() -> None:
    write("old")

    def silent(asked: Asked, _pass_on: wire.PassOn) -> Answer:
        raise timed_out(asked.operation)

    with wire.between("secretsmanager", silent), pytest.raises(Unavailable):
        secret(NAME)
    assert secret(NAME) == "old"


def test_another_error_is_not_taken_for_a_missing_secret() -> None:
    def denied(_asked: Asked, _pass_on: wire.PassOn) -> Answer:
        return wire.refused(failed("GetSecretValue", "AccessDeniedException"))

    with wire.between("secretsmanager", denied), pytest.raises(Unavailable):
        secret_if_any(NAME)


def test_a_missing_one_is_asked_for_once_a_minute(
    asked: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [secret_if_any(NAME) for _ in range(50)] == [None] * 50
    assert len(asked) == 1
    write("set up")
    assert secret_if_any(NAME, fresh=True) == "set up"
    # and however many names strangers think of, what we remember is bounded
    monkeypatch.setattr(secrets, "_missing", {str(number): 1e12 for number in range(MOST_MISSING)})
    assert secret_if_any("another") is None
    assert len(secrets._missing) == 1


@pytest.mark.parametrize(("read", "kept_s"), [(secret, 300), (secret_if_any, 60)])
def test_what_a_community_may_change_is_believed_for_a_minute_at_most(
    asked: list[Asked], monkeypatch: pytest.MonkeyPatch, read: Callable[[str], str | None], kept_s: float
) -> None:
    write("a key")
    now = 1000.0
    monkeypatch.setattr(secrets.time, "monotonic", lambda: now)
    for later, times in ((0, 1), (kept_s - 1, 1), (kept_s, 2)):
        now = 1000.0 + later
        assert read(NAME) == "a key"
        assert len(asked) == times
