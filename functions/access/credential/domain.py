"""When a credential may be added."""

from datetime import datetime, timedelta

from functions.access.credential.models import Enrolment
from functions.access.credentials import Credential
from functions.access.holders import MOST_CREDENTIALS, Standing
from linli.errors import Conflict, NotFound
from linli.policies import AccessPolicy


def enrolled(enrolment: Enrolment, holder: Standing | None, digest: str) -> tuple[Credential, Standing]:
    """The credential, and the holder's standing with it.

    Raises NotFound when the person is not of this community, Conflict when they have twenty already.
    """
    # Visitors and people with nothing but a fever have a standing too.
    ended = holder.blocks.get("membership_ended") if holder else None
    if holder is None or ended is None or ended.on:
        raise NotFound
    if len(holder.credentials) >= MOST_CREDENTIALS:
        raise Conflict(f"a person has at most {MOST_CREDENTIALS} credentials")
    credential = credential_of(enrolment, holder.holder)
    return credential, holder.model_copy(update={"credentials": [*holder.credentials, digest]})


def credential_of(enrolment: Enrolment, holder: str) -> Credential:
    """What was enrolled, as gates see it."""
    return Credential(
        kind=enrolment.kind,
        holder=holder,
        valid_from=enrolment.valid_from,
        valid_until=enrolment.valid_until,
        areas=enrolment.areas,
        gates=enrolment.gates,
        windows=enrolment.windows,
    )


def own_qr(holder: str, gates: list[str], policy: AccessPolicy, now: datetime) -> Credential:
    """A resident's own code: one use, `qr_seconds` long, scoped to gates if they are given."""
    return Credential(
        kind="qr",
        holder=holder,
        valid_from=now,
        valid_until=now + timedelta(seconds=policy.qr_seconds),
        gates=gates,
        single_use=True,
    )
