"""Hands messages over to gateways by HTTP. A gateway that is down costs a task seconds, and only once."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from pydantic import ValidationError

from functions.care.alerts import Message
from functions.care.channels import Channels, outgoing
from linli.secrets import secret

if TYPE_CHECKING:
    from requests import Session

TIMEOUT_S = (2, 4)  # to connect, to be answered
RETRIES = 1
AGAIN_ON = (429, 500, 502, 503, 504)


class NotSent(Exception):
    """A gateway did not take a message over; the next channel is tried."""


@cache
def _session() -> "Session":
    from requests import Session  # noqa: PLC0415  0.4 s, which only those who send pay
    from requests.adapters import HTTPAdapter  # noqa: PLC0415
    from urllib3 import Retry  # noqa: PLC0415

    retries = Retry(
        total=RETRIES, backoff_factor=0.2, status_forcelist=AGAIN_ON, allowed_methods={"POST"}, redirect=0,
        respect_retry_after_header=False,
    )  # fmt: skip
    session = Session()
    session.trust_env = False
    session.mount("https://", HTTPAdapter(max_retries=retries))
    session.mount("http://", HTTPAdapter(max_retries=retries))
    return session


def channels_of(community: str) -> Channels:
    """A community's gateways; none when they have not been set up, or cannot be read."""
    try:
        return Channels.model_validate_json(secret(f"channels/{community}"))
    except (GetParameterError, ValidationError):
        return Channels()


@dataclass(slots=True)
class Courier:
    """Sends the messages of one task. Gateways that were down once are not waited for again within it."""

    now: datetime
    down: set[str] = field(default_factory=set)

    def send(self, message: Message, to: str | None) -> None:
        """Hand a message over, twice if need be, with the same id. Raises NotSent."""
        channels = channels_of(message.community)
        gateway = channels.gateway(message.channel)
        if gateway is None or to is None:
            raise NotSent("not set up")
        if gateway.url in self.down:
            raise NotSent("the gateway is down")
        request = outgoing(message, to, gateway, channels.reply_url, self.now)
        from requests import RequestException  # noqa: PLC0415  see _session

        try:
            answer = _session().post(
                request.url,
                data=request.body,
                headers=dict(request.headers),
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except RequestException as error:
            self.down.add(gateway.url)
            raise NotSent(type(error).__name__) from error
        if not answer.ok or answer.is_redirect:
            raise NotSent(f"answered {answer.status_code}")
