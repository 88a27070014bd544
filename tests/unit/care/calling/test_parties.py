"""Who can be called for a person, and how."""

from typing import Any

from functions.care.calling.alerts import ROLES
from functions.care.calling.parties import parties
from functions.care.watching.watch import Contact, Watch
from linli.escalation.parties import circle_of
from linli.escalation.roster import OnDuty


def watch(**more: Any) -> Watch:
    fields: dict[str, Any] = {
        "home": "b1/101", "consent": "file 7", "community": "willow", "person": "ann", "version": 1,
    }  # fmt: skip
    return Watch(**(fields | more))


def test_everybody_is_reached_by_what_is_known_of_them() -> None:
    watched = watch(
        phone="+8613800000001",
        contacts=[
            Contact(name="Her daughter", person="daughter", phone="+8613800000002"),
            Contact(name="A neighbour", phone="+8613800000003"),
        ],
        caregiver=Contact(name="Wu", person="carer"),
    )
    roster = [
        OnDuty(person="carer", capacity="caregiver", phone="+8613800000004"),
        OnDuty(person="other", capacity="caregiver"),
        OnDuty(person="boss", capacity="manager", phone="+8613800000005"),
        OnDuty(person="asleep", capacity="manager", on_duty=False),
    ]
    found = parties("ann", watched, roster)
    circle = circle_of(found, ROLES)
    reached = {to: [(each.recipient, sorted(each.channels)) for each in who] for to, who in circle.items()}
    assert reached == {
        "person": [("ann", ["push", "sms", "voice"])],
        "contact": [("daughter", ["push", "sms", "voice"]), ("contact-2", ["sms", "voice"])],
        "caregiver": [("carer", ["push", "sms", "staff", "voice"]), ("other", ["push", "staff"])],
        "manager": [("boss", ["push", "sms", "staff", "voice"])],
    }
    where = {each.recipient: (each.address("push"), each.address("sms")) for each in found}
    assert where["contact-2"] == (None, "+8613800000003")
    assert where["carer"] == ("carer", "+8613800000004")


def test_somebody_who_is_not_watched_over_has_staff_alone() -> None:
    circle = circle_of(parties("ann", None, [OnDuty(person="boss", capacity="manager")]), ROLES)
    assert [each.recipient for each in circle["manager"]] == ["boss"]
    assert circle["contact"] == circle["caregiver"] == []
