import pytest
from pydantic import ValidationError

from functions.directory.company.models import Company


@pytest.mark.parametrize("company", ["", "Acme", "acme#operators", "-acme", "a" * 65, "acme/birch", "acme\n"])
def test_a_company_id_can_stand_in_a_key(company: str) -> None:
    with pytest.raises(ValidationError):
        Company(company=company, name="Acme")
