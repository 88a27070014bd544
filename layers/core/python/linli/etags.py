"""Answers that a caller has already: asked again by `If-None-Match`, they are told so, without a body (304).

A tag is of what is answered, but for how fresh it is: the caller learns that from a header (`AS_OF`), with
and without a body. Tags are weak, since a gateway may compress what we send (RFC 9110, 8.8.1).
"""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Self

from pydantic import PrivateAttr

from linli.contracts import Contract
from linli.instants import Instant, to_text

AS_OF = "Linli-As-Of"
ANY = "*"
VARY = "Authorization, Accept-Language"
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


class Tagged(Contract):
    """An answer with a tag, and as of when it is true."""

    as_of: Instant | None = None
    _tag: str = PrivateAttr(default="")

    def tagged(self, tag: str) -> Self:
        """Itself, under a tag that its maker could tell before it was made."""
        self._tag = tag
        return self

    @property
    def tag(self) -> str:
        """The tag it was given, or else one of all that it says but `as_of`."""
        return self._tag or tag_of(self.model_dump_json(exclude={"as_of"}, exclude_none=True))


class Unchanged(Exception):
    """What the caller has under this tag is what they would be answered, as of a later time perhaps."""

    def __init__(self, tag: str, as_of: datetime | None) -> None:
        super().__init__(tag)
        self.tag, self.as_of = tag, as_of


def tag_of(*said: str) -> str:
    """The tag of what is said in these parts, in this order."""
    return sha256("\0".join(said).encode()).hexdigest()[:32]


def tags_in(if_none_match: str | None) -> frozenset[str]:
    """The tags that a caller names, `*` for any; what is none is left out, so that the answer comes whole."""
    said = (if_none_match or "").strip()
    return frozenset([ANY] if said == ANY else _TAG.findall(said))


def headers_of(tag: str, as_of: datetime | None) -> Mapping[str, str]:
    """What goes with an answer under this tag: copies are the caller's own, and are asked about each time.

    `Vary`: who asks, and in which language, is part of the question to whatever keeps a copy.
    """
    told = {} if as_of is None else {AS_OF: to_text(as_of)}
    return {"ETag": f'W/"{tag}"', "Cache-Control": "private, no-cache", "Vary": VARY, **told}
