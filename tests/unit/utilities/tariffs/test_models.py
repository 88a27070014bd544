import pytest
from pydantic import ValidationError

from tests.unit.utilities.bills.january import TIERS, tariff


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"price": "1", "tiers": TIERS},
        {"tiers": TIERS[:2]},
        {"tiers": [TIERS[1], TIERS[0], TIERS[2]]},
        {"windows": [{"name": "peak", "since": "08:00:00", "until": "22:00:00", "price": "0.6"}]},
        {
            "windows": [
                {"name": "peak", "since": "08:00:00", "until": "12:00:00", "price": "0.6"},
                {"name": "peak", "since": "12:00:00", "until": "08:00:00", "price": "0.3"},
            ]
        },
        {"price": "1", "shared_by": "area"},
        {"price": "-1"},
    ],
)
def test_tariffs_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        tariff(**wrong)
