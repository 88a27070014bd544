"""Who asks: grants as the authorizer hands them over."""

from typing import Any


def member(person: str, community: str, *roles: str) -> dict[str, Any]:
    """A person with roles in one community: `http(app, …, **member("p", "willow", "guard"))`."""
    return asking(person, communities={community: list(roles)})


def asking(person: str, **grants: dict[str, list[str]]) -> dict[str, Any]:
    """A person and any grants: `communities=`, `companies=`, `sub_districts=`."""
    return {"person": person, "grants": {"communities": {}, "companies": {}, "sub_districts": {}, **grants}}


def operator(company: str, *communities: str) -> dict[str, Any]:
    """A company's first operator, as the authorizer expands them to its communities."""
    return asking(
        f"{company}-operator-1",
        communities={community: ["operator"] for community in communities},
        companies={company: ["operator"]},
    )


ACME = operator("acme", "willow", "cedar")
BIRCH = operator("birch", "maple")
WILLOW_MANAGER = member("willow-manager-1", "willow", "manager")
WILLOW_RESIDENT = member("willow-resident-1", "willow", "resident")
MAPLE_MANAGER = member("maple-manager-1", "maple", "manager")
STRANGER = asking("nobody-1")
