"""Gives the demo communities the sandbox's message gateways: one secret for each, as on AWS."""

import json

from linli_cli.cloud import Cloud
from linli_cli.demo import merchants, neighbourhood
from linli_cli.local.sandbox import Sandbox

SERVICE = "care"


def set_up(cloud: Cloud, urls: dict[str, str], sandbox: Sandbox) -> list[str]:
    """Open the accounts that are missing, and keep their keys as secrets; the names of those that changed."""
    if SERVICE not in urls:
        return []
    vault = cloud.client("secretsmanager")
    changed = []
    for community in neighbourhood.communities():
        name = secret_name(cloud.stage, community.id)
        replies = {"reply_url": f"{urls[SERVICE]}/gateway_replies/{community.id}"}
        secret = sandbox.ask("PUT", f"/gateways/communities/{community.id}", replies)
        if merchants.keep(vault, name, json.dumps(secret)):
            changed.append(name)
    return changed


def secret_name(stage: str, community: str) -> str:
    """Where the functions look for it."""
    return f"linli/{stage}/channels/{community}"
