"""Where a stage is reached, and the command `urls`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.deploy import stacks
from linli_cli.deploy.deploying import Profile, Stage
from linli_cli.errors import CommandError
from linli_cli.layout import home
from linli_cli.local.front import Front
from linli_cli.progress import wide_table

AWS_MQTT_PORT = 8883
NO_FRONT = "there is no front: run `linli up`, or deploy the stack `console`"
NO_BROKER = "none: `linli publish` hands over what a device says"


@dataclass(frozen=True)
class Mqtt:
    """Where devices connect with their certificate, and the file with the authorities they trust."""

    host: str
    port: int
    ca: str


@dataclass(frozen=True)
class Addresses:
    """`front`: the one address for browsers, None where there is none. `http`: the base URL of each service.

    `mqtt` is None where the cloud has no broker.
    """

    front: str | None
    endpoint: str
    region: str
    http: dict[str, str]
    mqtt: Mqtt | None


def of_stage(stage: str, profile: str | None = None) -> Addresses:
    """The addresses of a stage. Raises CommandError when the local cloud was not started."""
    cloud = connect(stage, profile)
    endpoint = cloud.endpoint or cloud.client("cloudformation").meta.endpoint_url
    return Addresses(front(cloud), endpoint, cloud.region, stacks.http_urls(stage, profile), mqtt(cloud))


def front(cloud: Cloud) -> str | None:
    """Where people open the pages of this stage."""
    if cloud.is_local:
        beside = Front(home())
        return f"{beside.url}/" if beside.runs else None
    console = stacks.stacks_of(cloud).get(stacks.full_name(cloud.stage, stacks.CONSOLE))
    return console.outputs.get("Url") if console else None


def console(stage: Stage = LOCAL, profile: Profile = None) -> None:
    """Open the pages in a browser, and print their address."""
    found = front(connect(stage, profile))
    if found is None:
        raise CommandError(NO_FRONT)
    print(found)
    typer.launch(found)


def mqtt(cloud: Cloud) -> Mqtt | None:
    """Where devices of this stage connect."""
    if cloud.is_local:
        record = json.loads((home() / "cloud.json").read_text(encoding="utf-8"))
        return Mqtt("localhost", record["mqtt_port"], record["ca"]) if record["mqtt_port"] else None
    host = cloud.client("iot").describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
    return Mqtt(host, AWS_MQTT_PORT, str(amazon_roots()))


def amazon_roots() -> Path:
    """A file with Amazon's root certificates, which sign the MQTT endpoints of AWS."""
    path = home() / "amazon-roots.pem"
    if not path.exists():
        bundle = x509.load_pem_x509_certificates(Path(DEFAULT_CA_BUNDLE_PATH).read_bytes())
        ours = [each for each in bundle if "O=Amazon" in each.subject.rfc4514_string()]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in ours))
    return path


def urls(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    stage: Stage = LOCAL,
    profile: Profile = None,
) -> None:
    """Where people open the pages, and for operations: where the APIs and the MQTT broker are."""
    found = of_stage(stage, profile)
    if as_json:
        print(json.dumps(asdict(found), indent=2))
        return
    console, table = wide_table("what", "where")
    table.add_row("open in a browser", found.front or NO_FRONT, style="bold")
    for service, url in found.http.items():
        table.add_row(service, url)
    broker = f"{found.mqtt.host}:{found.mqtt.port}, trust {found.mqtt.ca}" if found.mqtt else NO_BROKER
    table.add_row("MQTT", broker)
    table.add_row("AWS APIs", f"{found.endpoint} ({found.region})")
    console.print(table)
