"""A community's message gateways, as its secret has them."""

import json
from contextlib import suppress

from pydantic import ValidationError

from linli.messages.gateways import Channels
from linli.observability import observed
from linli.secrets import secret_if_any


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
