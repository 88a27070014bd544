"""Both providers can do all that is asked of one."""

import inspect
from typing import Any, get_args

import pytest

from functions.payments.providers.registry import PROVIDERS, Provides
from linli.vocabulary.payments import Provider

ASKED = [name for name in vars(Provides) if not name.startswith("_")]


def test_every_provider_that_the_facts_know_is_registered() -> None:
    assert set(PROVIDERS) == set(get_args(Provider))


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_takes_what_is_asked_in_the_same_order(provider: Any, name: str) -> None:
    wanted = list(inspect.signature(getattr(Provides, name)).parameters.values())[1:]
    found = list(inspect.signature(getattr(PROVIDERS[provider], name)).parameters.values())
    assert [each.annotation for each in found] == [each.annotation for each in wanted]
