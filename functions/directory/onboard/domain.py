"""Whether a company that exists is the one that was asked for."""

from functions.directory.onboard.models import Onboard


def is_same(asked: Onboard, standing_name: str, standing_operator: str | None) -> bool:
    """A repeat names the same company and a person who operates it; anything else is another company."""
    return asked.name == standing_name and asked.operator == standing_operator
