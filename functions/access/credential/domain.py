"""When a credential may be added."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from functions.access.credential.models import ConsentGiven, Enrolment
from functions.access.credentials.models import Consent
from functions.access.credentials.validity import Credential, another_way
from functions.access.holders.standing import MOST_CREDENTIALS, Standing
from linli.errors import Conflict, InvalidRequest, NotFound
from linli.vocabulary.access import AccessPolicy

CLOCKS_APART = timedelta(minutes=5)


def enrolled(enrolment: Enrolment, holder: Standing | None, digest: str) -> tuple[Credential, Standing]:
    """The credential, and the holder's standing with it.

    Raises NotFound when the person is not of this community, Conflict when they have twenty already.
    """
    # Visitors and people with nothing but a fever have a standing too.
    ended = holder.blocks.get("membership_ended") if holder else None
    if holder is None or ended is None or ended.on:
        raise NotFound
    if len(holder.credentials) >= MOST_CREDENTIALS:
        raise Conflict("too_many_credentials", {"most": MOST_CREDENTIALS})
    credential = credential_of(enrolment, holder.holder)
    return credential, holder.model_copy(update={"credentials": [*holder.credentials, digest]})


def check_not_alone(enrolment: Enrolment, others: Iterable[Credential], now: datetime) -> None:
    """Raises Conflict for a face of somebody for whom nothing else opens when it begins to be good."""
    begins = max(now, enrolment.valid_from)
    if enrolment.kind == "face" and not another_way(others, begins):
        raise Conflict("face_alone")


def check_leaves_more_than_a_face(revoked: Credential, left: Iterable[Credential], now: datetime) -> None:
    """Raises Conflict when a face would be all that opens, after something that does is revoked."""
    others = list(left)
    faces = any(one.kind == "face" and one.in_force(now) for one in others)
    if faces and another_way([revoked], now) and not another_way(others, now):
        raise Conflict("face_left_alone")


def recorded(given: ConsentGiven, person: str, by: str, now: datetime) -> Consent:
    """A consent as it is kept. Raises InvalidRequest for one that is yet to be given."""
    given_at = given.given_at or now
    if given_at > now + CLOCKS_APART:
        raise InvalidRequest("consent_yet_to_come")
    return Consent(
        reference=given.reference,
        purpose=given.purpose,
        given_by=given.given_by or person,
        given_at=given_at,
        recorded_by=by,
        recorded_at=now,
    )


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
