"""A meter of a home's cold water."""

from datetime import UTC, datetime

METER = {
    "meter": "m-1",
    "medium": "water",
    "registers": [{"obis": "8-0:1.0.0"}],
    "home": "b1/101",
    "installed_at": datetime(2025, 12, 1, tzinfo=UTC),
}
