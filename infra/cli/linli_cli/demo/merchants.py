"""Merchants: a community's contract with a payment provider as two secrets, checked whole before it is kept.

`linli merchant` does it for anybody; `up` makes the communities of the demo merchants of the sandbox.
"""

import json
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console

from functions.payments.providers.merchants.checks import Faulty, Secrets, secrets_of
from linli.ids import is_id
from linli.vocabulary.payments import Provider
from linli_cli.cloud import LOCAL, Cloud, connect
from linli_cli.demo import neighbourhood
from linli_cli.errors import CommandError
from linli_cli.local.sandbox import Sandbox

CALLBACKS = "payments-callback"
ContractFile = Annotated[
    Path,
    typer.Argument(
        metavar="CONTRACT", exists=True, dir_okay=False, help="JSON, as functions/payments/README.md has it."
    ),
]
KeyFile = Annotated[
    Path, typer.Argument(metavar="SIGNING_KEY", exists=True, dir_okay=False, help="Our private key.")
]
CheckOption = Annotated[bool, typer.Option("--check", help="Say what is wrong with it, and keep nothing.")]


def merchant(
    community: Annotated[str, typer.Argument(metavar="COMMUNITY")],
    provider: Annotated[Provider, typer.Argument(metavar="PROVIDER", help="alipay or wechat.")],
    contract: ContractFile,
    signing_key: KeyFile,
    *,
    stage: Annotated[str, typer.Option("--stage", help="Which stage.")] = LOCAL,
    profile: Annotated[str | None, typer.Option("--profile", help="AWS profile.")] = None,
    check: CheckOption = False,
) -> None:
    """Make a community a merchant of Alipay or WeChat Pay: contract and key, checked whole, as secrets."""
    if not is_id(community):
        raise CommandError("COMMUNITY is no id")
    told, key = (path.read_text(encoding="utf-8-sig") for path in (contract, signing_key))
    kept = checked(told, key, community, provider)
    console = Console(soft_wrap=True, highlight=False)
    if check:
        console.print(f"the contract of {community} with {provider} is whole")
        return
    vault = connect(stage, profile).client("secretsmanager")
    account = {"merchant": json.loads(kept.merchant), "signing_key": kept.signing_key}
    for name in keep_account(vault, stage, community, provider, account) or ["nothing: it is the same"]:
        console.print(f"kept {name}")


def checked(contract: str, signing_key: str, community: str, provider: str) -> Secrets:
    """The two secrets. Raises CommandError, with all that is wrong and none of the keys."""
    try:
        return secrets_of(contract, signing_key, community, provider)
    except Faulty as faulty:
        said = "".join(f"\n  {fault}" for fault in faulty.faults)
        raise CommandError(f"the contract of {community} with {provider} cannot be kept:{said}") from None


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
            checked(json.dumps(account["merchant"]), account["signing_key"], community.id, provider)
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
