"""Hands messages over to gateways by HTTP. A gateway that is down costs a task seconds, and only once."""

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from linli.messages.gateways import Channels, Outgoing
from linli.observability import observed
from linli.outbound import session
from linli.secrets import secret_if_any

TIMEOUT_S = (2, 4)  # to connect, to be answered
RETRIES = 1
BUSY = (429, 500, 502, 503, 504)


class NotSent(Exception):
    """A gateway did not take a message over; another channel or another time may do."""


def channels_of(community: str) -> Channels:
    """A community's gateways; none when they have not been set up. A channel set up wrongly is not there.

    Raises Unavailable when they cannot be read: that passes, and no channel has failed.
    """
    text = secret_if_any(f"channels/{community}")
    if text is None:
        return Channels()
    with suppress(ValidationError), observed("channels", community, community=community):
        return Channels.model_validate_json(text)
    return _as_far_as_right(text)


def _as_far_as_right(text: str) -> Channels:
    try:
        parts = {name: json.dumps({name: part}) for name, part in dict(json.loads(text)).items()}
    except (TypeError, ValueError):
        return Channels()
    found = Channels()
    for part in parts.values():
        with suppress(ValidationError):
            one = Channels.model_validate_json(part)
            found = found.model_copy(update={name: getattr(one, name) for name in one.model_fields_set})
    return found


def signing_time() -> datetime:
    """The clock, which is read here and nowhere else: a gateway believes a signature for five
    minutes after its time, and no event tells when a message is sent that has waited in a queue.
    """
    return datetime.now(UTC)


@dataclass(slots=True)
class Post:
    """Hands over the messages of one task. One that was down once is not waited for again within it."""

    down: set[str] = field(default_factory=set)

    def hand_over(self, request: Outgoing) -> None:
        """Hand a signed request over, twice if need be. Raises NotSent."""
        if request.url in self.down:
            raise NotSent("the gateway is down")
        from requests import RequestException  # noqa: PLC0415  see session

        try:
            answer = session(RETRIES, BUSY).post(
                request.url,
                data=request.body,
                headers=dict(request.headers),
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except RequestException as error:
            self.down.add(request.url)
            raise NotSent(type(error).__name__) from error
        if answer.status_code in BUSY:
            self.down.add(request.url)
        if not answer.ok or answer.is_redirect:
            raise NotSent(f"answered {answer.status_code}")
