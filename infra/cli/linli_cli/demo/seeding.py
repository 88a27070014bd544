"""The command `seed`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from linli_cli.cloud import LOCAL, connect
from linli_cli.demo import neighbourhood
from linli_cli.demo.furnishing import Furnishing
from linli_cli.demo.lately import Lately
from linli_cli.demo.neighbourhood import Community
from linli_cli.demo.past import Deployed
from linli_cli.deploy.deploying import Stage
from linli_cli.devices.device_files import kept
from linli_cli.errors import CommandError
from linli_cli.layout import home
from linli_cli.local import issuer
from linli_cli.operate import addresses
from linli_cli.operate.front_door import FrontDoor
from linli_cli.progress import Progress, Say, number_of


def make(say: Say) -> list[str]:
    """Make what is missing of the demo neighbourhood on the local cloud; what was made."""
    found = addresses.of_stage(LOCAL)
    run = Furnishing(connect(LOCAL), FrontDoor(found.http, issuer.token), found.mqtt, say)
    run.run()
    return run.made


def tell_lately(say: Say) -> None:
    """Tell what has happened lately, each part of it once on a cloud."""
    record = told_file()
    told = json.loads(record.read_text()) if record.exists() else []
    for name, part in Lately(Deployed(connect(LOCAL)), datetime.now(UTC)).parts.items():
        if name not in told:
            say(name)
            part()
            told.append(name)
            record.write_text(json.dumps(told))


def told_file() -> Path:
    """Where it is kept which parts of what has happened lately were told."""
    return home() / "lately"


def seed(
    as_json: Annotated[bool, typer.Option("--json", help="Print all there is, for programs.")] = False,
    recent: Annotated[
        bool, typer.Option("--lately", help="Also tell what has happened in the last days, once.")
    ] = False,
    stage: Stage = LOCAL,
) -> None:
    """Make the demo neighbourhood: two companies, three communities, people, gates, credentials."""
    if stage != LOCAL:
        raise CommandError("the demo neighbourhood is for the local cloud alone: its people are made up")
    with Progress().step("seeding") as say:
        made = make(say)
        if recent:
            tell_lately(say)
    if as_json:
        print(json.dumps(described(), indent=2, ensure_ascii=False))
    else:
        Console().print(f"made {number_of(len(made), 'thing')}" if made else "everything was there already")


def described() -> dict[str, Any]:
    """Everything the neighbourhood has."""
    return {
        "companies": [
            {
                "company": company,
                "name": neighbourhood.CALLED[company],
                "operator": neighbourhood.operator_of(company),
            }
            for company in neighbourhood.companies()
        ],
        "officials": [
            {"sub_district": district, "name": neighbourhood.CALLED[district], "person": person}
            for district, person in neighbourhood.officials().items()
        ],
        "communities": [described_community(community) for community in neighbourhood.communities()],
    }


def described_community(community: Community) -> dict[str, Any]:
    return {
        "community": community.id,
        "name": neighbourhood.CALLED[community.id],
        "company": community.company,
        "sub_district": community.sub_district,
        "building": neighbourhood.BUILDING,
        "units": list(neighbourhood.UNITS),
        "people": [
            {
                "person": person.id,
                "name": person.name,
                "roles": [person.role],
                **({"unit": person.unit} if person.unit else {}),
            }
            for person in community.people
        ],
        "devices": [
            {"device": device, "kind": kind, **kept(device).paths()}
            for device, kind in community.devices.items()
        ],
        "gates": [{"gate": gate, **set_up} for gate, set_up in community.gates.items()],
        "credentials": [
            {"person": each.person, "kind": each.kind, "value": each.value} for each in community.credentials
        ],
    }
