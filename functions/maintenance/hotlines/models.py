"""For which tenants there are hotlines, and how their keys begin."""

from typing import Literal

Scope = Literal["community", "sub_district"]
LETTERS: dict[str, Scope] = {"c": "community", "d": "sub_district"}
