"""Makes the communities of the demo merchants of the sandbox's providers: one secret for each, as on AWS."""

import json
from typing import Any, get_args

from linli.events import Provider
from linli_cli import neighbourhood
from linli_cli.cloud import Cloud
from linli_cli.sandbox import Sandbox

CALLBACKS = "payments-callback"


def set_up(cloud: Cloud, urls: dict[str, str], sandbox: Sandbox) -> list[str]:
    """Open the accounts that are missing, and keep their keys as secrets; the names of those that changed."""
    if CALLBACKS not in urls:
        return []
    vault = cloud.client("secretsmanager")
    changed = []
    for community in neighbourhood.communities():
        for provider in get_args(Provider):
            name = secret_name(cloud.stage, community.id, provider)
            notify = {"notify_url": f"{urls[CALLBACKS]}/callbacks/{provider}/{community.id}"}
            secret = sandbox.ask("PUT", f"/payments/merchants/{community.id}/{provider}", notify)
            if keep(vault, name, secret):
                changed.append(name)
    return changed


def secret_name(stage: str, community: str, provider: str) -> str:
    """Where the functions look for it."""
    return f"linli/{stage}/merchants/{community}/{provider}"


def keep(vault: Any, name: str, secret: dict[str, Any]) -> bool:
    """Write the secret unless it is the same; whether it was written."""
    text = json.dumps(secret)
    try:
        if json.loads(vault.get_secret_value(SecretId=name)["SecretString"]) == secret:
            return False
        vault.put_secret_value(SecretId=name, SecretString=text)
    except vault.exceptions.ResourceNotFoundException:
        vault.create_secret(Name=name, SecretString=text)
    return True
