"""What a resident may invite to."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.access.holders.standing import Mark, Standing
from functions.access.invitations.models import Invitation
from functions.access.visitor_pass.domain import admitted, code_of, visitor
from linli.errors import Forbidden, InvalidRequest
from linli.vocabulary.access import AccessPolicy

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = AccessPolicy(invitation_hours=24)
HOST = Standing(holder="li-na", person="li-na")


def invitation(since: datetime = NOW, until: datetime = NOW + HOUR) -> Invitation:
    return Invitation(visitor_name="Wang", valid_from=since, valid_until=until, entries=2, gates=["gate-1"])


def test_a_resident_invites_for_an_hour() -> None:
    admitted(invitation(), HOST, POLICY, NOW)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOW, NOW),
        (NOW + HOUR, NOW),
        (NOW, NOW + timedelta(hours=24, milliseconds=1)),
        (NOW - 2 * HOUR, NOW - HOUR),
        (NOW - HOUR, NOW),
    ],
)
def test_a_window_that_is_empty_over_or_too_long_is_refused(since: datetime, until: datetime) -> None:
    with pytest.raises(InvalidRequest, match="valid_until"):
        admitted(invitation(since, until), HOST, POLICY, NOW)


@pytest.mark.parametrize(
    "host", [None, HOST.marked("fever", NOW, on=True), HOST.marked("membership_ended", NOW, on=True)]
)
def test_who_may_not_pass_may_not_invite(host: Standing | None) -> None:
    with pytest.raises(Forbidden):
        admitted(invitation(), host, POLICY, NOW)


def test_a_lifted_block_lets_invite_again() -> None:
    host = HOST.model_copy(update={"blocks": {"fever": Mark(on=False, at=NOW)}})
    admitted(invitation(), host, POLICY, NOW)


def test_code_and_plate_share_the_visitors_entries() -> None:
    guest = visitor("invitation-1", 2, "plate-digest")
    assert (guest.entries_left, guest.credentials, guest.person) == (2, ["plate-digest"], None)
    code = code_of("invitation-1", invitation())
    assert (code.holder, code.gates, code.single_use) == ("invitation-1", ["gate-1"], False)
