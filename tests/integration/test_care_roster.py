"""Who may stand on the duty roster."""

from linli.vocabulary.directory import MembershipChanged
from tests.integration.people import WILLOW_MANAGER
from tests.integration.watching_over import Neighbourhood, neighbourhood, watched_over  # noqa: F401  the fixtures


def test_nobody_is_put_on_duty_as_what_they_are_not(willow: Neighbourhood) -> None:
    guard = MembershipChanged(community="willow", person="willow-guard-1", roles=["guard"], version=1)
    willow.fact("community", guard)
    path = "/communities/willow/duty_roster/willow-guard-1"
    body = {"capacity": "manager"}
    assert willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER).status == 409


def test_nobody_is_put_on_duty_whom_the_directory_does_not_know(willow: Neighbourhood) -> None:
    path, body = "/communities/willow/duty_roster/nobody-9", {"capacity": "manager"}
    refused = willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER)
    assert (refused.status, refused.problem) == (404, "unknown-person")
    known = MembershipChanged(community="willow", person="nobody-9", roles=["manager"], version=1)
    willow.fact("community", known)
    assert willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER).status == 200
    # Nor anybody who has gone
    willow.fact("community", known.model_copy(update={"roles": [], "version": 2}))
    assert willow.http(willow.app, "PUT", path, body=body, **WILLOW_MANAGER).status == 409
