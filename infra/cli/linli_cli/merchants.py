"""Makes the communities of the demo merchants of the sandbox's providers: two secrets for each, as on AWS."""

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
            notify = {"notify_url": f"{urls[CALLBACKS]}/callbacks/{provider}/{community.id}"}
            account = sandbox.ask("PUT", f"/payments/merchants/{community.id}/{provider}", notify)
            changed += keep_account(vault, cloud.stage, community.id, provider, account)
    return changed


def keep_account(vault: Any, stage: str, community: str, provider: str, account: dict[str, Any]) -> list[str]:
    """Keep what the sandbox opened where functions look for it; the names of the secrets that changed."""
    texts = {
        f"linli/{stage}/merchants/{community}/{provider}": json.dumps(account["merchant"]),
        f"linli/{stage}/signing-keys/{community}/{provider}": account["signing_key"],
    }
    return [name for name, text in texts.items() if keep(vault, name, text)]


def keep(vault: Any, name: str, text: str) -> bool:
    """Write the secret unless it is the same; whether it was written."""
    try:
        if vault.get_secret_value(SecretId=name)["SecretString"] == text:
            return False
        vault.put_secret_value(SecretId=name, SecretString=text)
    except vault.exceptions.ResourceNotFoundException:
        vault.create_secret(Name=name, SecretString=text)
    return True
