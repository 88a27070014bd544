"""A fault at a call of a sample, whoever sent it asks again: a selection, the same each time. All: `make soak`."""

from random import Random

import pytest

from tests.integration.chaos import drawn, report
from tests.integration.conftest import Http, Invoke, Service
from tests.integration.issuer import Issuer
from tests.integration.playing import SERVICES, World

SEED = 16
SAMPLES_EACH, STRIKES_EACH = 5, 2


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("name", SERVICES)
def test_a_fault_at_a_call_leaves_things_as_if_it_had_not_happened(
    name: str, service: Service, http: Http, invoke: Invoke, issuer: Issuer
) -> None:
    world = World.furnished(name, service, http, invoke, issuer)
    strikes = drawn(world, Random(f"{SEED} {name}"), SAMPLES_EACH, STRIKES_EACH)
    assert report(world, strikes) == []
