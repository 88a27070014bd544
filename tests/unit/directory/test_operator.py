import pytest
from pydantic import ValidationError

from functions.directory.operator.models import Operator


def test_an_operator_is_a_person_with_an_id() -> None:
    with pytest.raises(ValidationError):
        Operator(person="Somebody Else")
