import pytest

from functions.directory.onboard.domain import is_same
from functions.directory.onboard.models import Onboard

ASKED = Onboard(company="acme", name="Acme", operator="acme-operator-1")


@pytest.mark.parametrize(
    ("name", "operator", "same"),
    [
        ("Acme", "acme-operator-1", True),
        ("Acme", None, False),
        ("Acme", "mallory-1", False),
        ("Other", "acme-operator-1", False),
    ],
)
def test_only_the_same_name_and_operator_are_the_same_company(
    name: str, operator: str | None, same: bool
) -> None:
    assert is_same(ASKED, name, operator) is same
