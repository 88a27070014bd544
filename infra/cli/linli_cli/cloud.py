"""The cloud that a stage lives in: AWS, or the local one for the stage `local`. The same clients for both."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from linli_cli.errors import CommandError
from linli_cli.layout import home

LOCAL = "local"
PRODUCTION = "prod"
NOT_RUNNING = "the local cloud is not running: run `linli up`"
RETRYING = Config(retries={"mode": "standard", "max_attempts": 5}, max_pool_connections=20)
LOCALLY = Config(retries={"mode": "standard", "max_attempts": 4}, max_pool_connections=20)


@dataclass(frozen=True)
class Cloud:
    """A stage and the way to it. `endpoint` is None on AWS."""

    stage: str
    session: boto3.Session
    endpoint: str | None = None
    _creating: Any = field(default_factory=Lock, repr=False, compare=False)

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client of this cloud, usable from several threads."""
        settings = {
            "endpoint_url": self.endpoint,
            "config": LOCALLY if self.is_local else RETRYING,
            **options,
        }
        with self._creating:  # sessions are not safe to share while they create a client
            return self.session.client(service, **settings)  # type: ignore[call-overload]  # no literal

    @property
    def is_local(self) -> bool:
        return self.stage == LOCAL

    @property
    def protected(self) -> bool:
        """Whether tables and stacks of this stage refuse to be deleted."""
        return self.stage == PRODUCTION

    @property
    def region(self) -> str:
        return str(self.session.region_name)

    @cached_property
    def account(self) -> str:
        """The account number. Raises CommandError when there are no valid credentials."""
        try:
            return str(self.client("sts").get_caller_identity()["Account"])
        except ClientError as error:
            raise CommandError(f"the credentials of stage {self.stage} are not accepted: {error}") from None


def connect(stage: str, profile: str | None = None) -> Cloud:
    """The cloud of a stage: AWS by profile or the usual chain, or the local cloud by its `cloud.json`.

    Raises CommandError if the local cloud was not started, or if no region is configured.
    """
    if stage == LOCAL:
        record = home() / "cloud.json"
        if not record.exists():
            raise CommandError(NOT_RUNNING)
        local = json.loads(record.read_text(encoding="utf-8"))
        session = boto3.Session(
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106  # the public root credentials of the local cloud
            region_name=local["region"],
        )
        return Cloud(stage, session, local["endpoint"])
    try:
        session = boto3.Session(profile_name=profile)
    except BotoCoreError as error:
        raise CommandError(str(error)) from None
    if not session.region_name:
        raise CommandError("no region: set AWS_DEFAULT_REGION or give the profile one")
    if session.get_credentials() is None:
        raise CommandError(f"no AWS credentials for stage {stage}: give --profile or set up the default ones")
    return Cloud(stage, session)
