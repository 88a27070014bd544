"""Who may get a credential, and how long a QR code lives."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from functions.access.credential.domain import enrolled, own_qr
from functions.access.credential.models import Enrolment
from functions.access.holders.standing import MOST_CREDENTIALS, Block, Mark, Standing
from linli.errors import Conflict, NotFound
from linli.vocabulary.access import AccessPolicy

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
YEAR = timedelta(days=365)
ENROLMENT = Enrolment(kind="card", value="4711", valid_from=NOW, valid_until=NOW + YEAR)


MEMBER: dict[Block, Mark] = {"membership_ended": Mark(on=False, at=NOW)}


def test_a_credential_joins_the_holders_others() -> None:
    credential, standing = enrolled(
        ENROLMENT, Standing(holder="li-na", blocks=MEMBER, credentials=["a"]), "b"
    )
    assert standing.credentials == ["a", "b"]
    assert (credential.holder, credential.kind) == ("li-na", "card")


def test_a_stranger_gets_none() -> None:
    with pytest.raises(NotFound):
        enrolled(ENROLMENT, None, "a")


@pytest.mark.parametrize("blocks", [{}, {"fever": Mark(on=False, at=NOW)}], ids=["visitor", "fever only"])
def test_who_never_was_a_member_gets_none(blocks: dict[Block, Mark]) -> None:
    with pytest.raises(NotFound):
        enrolled(ENROLMENT, Standing(holder="li-na", blocks=blocks), "a")


def test_who_has_left_gets_none() -> None:
    gone = Standing(holder="li-na", blocks={"membership_ended": Mark(on=True, at=NOW)})
    with pytest.raises(NotFound):
        enrolled(ENROLMENT, gone, "a")


def test_twenty_are_enough() -> None:
    many = [str(number) for number in range(MOST_CREDENTIALS)]
    with pytest.raises(Conflict):
        enrolled(ENROLMENT, Standing(holder="li-na", blocks=MEMBER, credentials=many), "a")


def test_a_face_needs_consent() -> None:
    with pytest.raises(ValidationError, match="consent"):
        Enrolment(kind="face", value="t", valid_from=NOW, valid_until=NOW + YEAR)


@pytest.mark.parametrize("until", [NOW, NOW - YEAR, NOW + 11 * YEAR])
def test_a_credential_ends_after_it_begins_and_within_ten_years(until: datetime) -> None:
    with pytest.raises(ValidationError, match="valid_until"):
        Enrolment(kind="card", value="4711", valid_from=NOW, valid_until=until)


def test_a_residents_code_is_short_lived_single_use_and_scoped() -> None:
    code = own_qr("li-na", ["gate-1"], AccessPolicy(qr_seconds=45), NOW)
    assert code.single_use
    assert code.valid_until - code.valid_from == timedelta(seconds=45)
    assert code.good_at("gate-1", "garden")
    assert not code.good_at("gate-2", "garden")
