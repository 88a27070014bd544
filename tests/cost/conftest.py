"""What things cost: `make cost`."""

from tests.integration.conftest import (  # noqa: F401  fixtures
    _quick_moto,
    _served_issuer,
    cloud,
    http,
    invoke,
    issuer,
    service,
    store,
)
