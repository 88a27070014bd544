"""A home's water meter in Shanghai, and a shared one, where their readings are entered."""

from datetime import UTC, datetime
from typing import Any

from functions.utilities.meters.models import Meter, Register
from functions.utilities.registers.site import Site
from linli.vocabulary.utilities import UtilitiesPolicy

ZONE = "Asia/Shanghai"
LITRES = Register(obis="8-0:1.0.0")


def site(**changed: Any) -> Site:
    meter = {
        "meter": "m-1",
        "medium": "water",
        "registers": [LITRES],
        "home": "b1/101",
        "installed_at": datetime(2025, 12, 1, tzinfo=UTC),
    }
    return Site("willow", Meter.model_validate(meter | changed), LITRES, ZONE, UtilitiesPolicy())
