"""What an issuer calls a person, as an id of ours, and which communities have said whose it is."""

import json
import re
from base64 import b32encode
from hashlib import sha256
from typing import Annotated

from pydantic import StringConstraints

from linli.contracts import Contract
from linli.ids import Id, is_id
from linli.instants import Instant

# OpenID Connect Core 1.0, section 2: at most 255 ASCII characters, case-sensitive. Two spellings of one
# Unicode text would be two people.
SUBJECT_PATTERN = r"^[\x20-\x7e]{1,255}$"
BYTES = 20  # 32 characters of base32

Subject = Annotated[str, StringConstraints(pattern=SUBJECT_PATTERN)]

_MADE = re.compile(r"u-[a-z2-7]{32}")


def identity_of(issuer: str, subject: str) -> str:
    """The id of ours for a subject of an issuer: itself where it is an id, else a digest of both.

    What looks like such a digest is digested too: no issuer can say another subject's.
    """
    if is_id(subject) and not _MADE.fullmatch(subject):
        return subject
    digest = sha256(json.dumps([issuer, subject]).encode()).digest()[:BYTES]
    return f"u-{b32encode(digest).decode().lower()}"


class Voucher(Contract):
    """A community says whose an identity is, for as long as the membership lasts that began `since`."""

    community: Id
    since: Instant
    by: Id
    at: Instant


class Vouchers(Contract):
    """All communities that say so."""

    items: list[Voucher]
