"""Who calls, and for which tenant."""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["community", "sub_district"]
LETTERS: dict[str, Scope] = {"c": "community", "d": "sub_district"}


@dataclass(frozen=True, slots=True)
class Hotline:
    """A hotline that has shown its key: it may see its own requests in its tenant, and make them."""

    scope: Scope
    tenant: str
    hotline: str
