"""Who of the demo may sign in at the front, by the places they belong to."""

from typing import Any

from linli_cli.demo import neighbourhood
from linli_cli.demo.neighbourhood import BUILDING, Community


def groups() -> list[dict[str, Any]]:
    """The communities' people, then who runs and who oversees them."""
    return [
        *(of_community(community) for community in neighbourhood.communities()),
        *(
            group(neighbourhood.CALLED[company], [entry(neighbourhood.operator_of(company), "operator")])
            for company in neighbourhood.companies()
        ),
        *(
            group(neighbourhood.CALLED[district], [entry(official, "official")])
            for district, official in neighbourhood.officials().items()
        ),
    ]


def of_community(community: Community) -> dict[str, Any]:
    people = (
        entry(each.id, each.role, each.name, f"{BUILDING}/{each.unit}" if each.unit else "")
        for each in community.people
    )
    return group(community.profile["name"], list(people))


def group(place: str, people: list[dict[str, str]]) -> dict[str, Any]:
    return {"place": place, "people": people}


def entry(person: str, role: str, name: str = "", home: str = "") -> dict[str, str]:
    """`name` is empty for those whom no community has entered."""
    return {"person": person, "name": name, "role": role, "home": home}
