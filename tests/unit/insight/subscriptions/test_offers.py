"""Who is told which fact, and which fields of it: no more than a permission is enough for."""

import json
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.insight.delivery import handler
from functions.insight.subscriptions.models import FactType, PermissionName, Terms
from functions.insight.subscriptions.offers import (
    BY_TYPE,
    OFFERS,
    PERMISSIONS,
    READ_PEOPLE,
    beyond,
    check,
    delivery_of,
    is_told,
    lacking,
    may_answer_for,
    shown,
    still_shown,
)
from linli.errors import Forbidden, InvalidRequest
from linli.events import Fact, envelope
from linli.ids import is_id
from linli.permissions import Permission, Role
from linli.triggers import TRIGGERS
from linli.vocabulary.care import AlertClosed, AlertOpened
from linli.vocabulary.insight import SubscriptionTested
from linli.vocabulary.maintenance import TicketClockBreached
from linli.vocabulary.utilities import BillIssued, MeterSignalRaised
from linli_cli.layout import services

NOW = datetime(2026, 11, 27, tzinfo=UTC)
NAMES = sorted(PERMISSIONS)
CHOSEN = st.sets(st.sampled_from(NAMES))
OF_PEOPLE = {"person", "home", "homes", "payers", "escalated_to", "reporter", "name"}
SECRET = "somebody-nobody-may-know"
C = {"community": "willow"}
TELLING: list[Fact] = [
    AlertOpened(**C, alert="a1", person=SECRET, reason="sos", opened_at=NOW),
    AlertClosed(**C, alert="a1", person=SECRET, outcome="fine", closed_at=NOW),
    TicketClockBreached(
        **C, ticket="t1", clock="arrive", priority="urgent", due_at=NOW, escalated_to=SECRET
    ),
    MeterSignalRaised(**C, meter="m1", medium="water", signal="leak", episode="e1", home=SECRET, since=NOW),
    BillIssued(
        **C, bill="b1", home=SECRET, period="2026-10", amount_fen=5, issued_at=NOW, due_at=NOW,
        payers=[SECRET],
    ),
]  # fmt: skip


def terms(facts: list[Any], permissions: list[Any]) -> Terms:
    return Terms(name="They", url="https://hooks.example.com/", facts=facts, permissions=permissions)


def test_a_permission_is_what_its_service_says() -> None:
    theirs = {
        each.name: each
        for service in services()
        for each in vars(import_module(f"functions.{service}.permissions")).values()
        if isinstance(each, Permission)
    }
    assert {name: each.roles for name, each in PERMISSIONS.items()} == {
        name: theirs[name].roles for name in PERMISSIONS
    }


def test_what_can_be_asked_for_is_what_is_offered_and_taken_in() -> None:
    assert set(get_args(FactType)) == set(BY_TYPE)
    assert set(get_args(PermissionName)) == set(PERMISSIONS)
    (trigger,) = (each for each in TRIGGERS if each.module == handler.__name__)
    assert {*trigger.facts} == {*OFFERS, SubscriptionTested}


@pytest.mark.parametrize("fact", OFFERS, ids=lambda fact: fact.TYPE)
def test_no_field_of_people_is_told_without_a_permission_for_people(fact: type[Fact]) -> None:
    offer, named = OFFERS[fact], OF_PEOPLE & fact.model_fields.keys()
    if fact.TYPE.startswith("linli.directory.") or offer.permission is READ_PEOPLE:
        return
    assert named <= offer.fields.keys()
    assert offer.fields.keys() <= fact.model_fields.keys()


@given(st.sampled_from(TELLING), CHOSEN)
def test_who_may_not_know_somebody_is_not_told_of_them_in_any_word(fact: Fact, held: set[str]) -> None:
    event = envelope(fact, f"action/willow/{SECRET}/1", NOW)
    body = shown(event, fact, held)
    may = all(each.name in held for each in OFFERS[type(fact)].fields.values())
    assert (SECRET in json.dumps(body)) <= may
    assert body["data"].items() <= fact.model_dump(mode="json").items()


@given(st.sampled_from(TELLING), CHOSEN, CHOSEN)
def test_what_has_waited_is_told_no_more_of_than_both_then_and_now(
    fact: Fact, then: set[str], now: set[str]
) -> None:
    event = envelope(fact, "e-1", NOW)
    left = still_shown(shown(event, fact, then), now)
    if OFFERS[type(fact)].permission.name not in now:
        assert left is None
    else:
        assert left == shown(event, fact, then & now)
        assert still_shown(left, now) == left


@given(st.sampled_from(TELLING), st.lists(st.sampled_from(sorted(BY_TYPE))), CHOSEN)
def test_a_fact_is_told_to_who_asks_for_it_and_may(fact: Fact, facts: list[str], held: set[str]) -> None:
    wanted = fact.TYPE in facts and OFFERS[type(fact)].permission.name in held
    assert is_told(fact, "s1", facts, held) == wanted


@given(CHOSEN)
def test_a_trial_is_for_one_alone(held: set[str]) -> None:
    fact = SubscriptionTested(community="willow", subscription="s1", tested_at=NOW)
    assert is_told(fact, "s1", [], held)
    assert not is_told(fact, "s2", [fact.TYPE], held)
    body = shown(envelope(fact, "e-1", NOW), fact, held)
    assert still_shown(body, held) == body


@given(st.text(min_size=1), st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_name_is_the_same_for_the_same_fact_and_says_nothing(event_id: str, at: datetime) -> None:
    event = envelope(TELLING[0], event_id, at.replace(tzinfo=UTC))
    one, again = delivery_of(event), delivery_of(event)
    assert one == again
    assert is_id(one)
    other = event.model_copy(update={"id": f"{event_id}~"})
    assert delivery_of(other) != one
    assert delivery_of(event.model_copy(update={"source": "linli.health"})) != one


def test_what_caused_a_fact_is_not_told_since_it_may_name_somebody() -> None:
    fact = BillIssued(
        community="oak", bill="b-1", home="b1/101", period="2026-10", amount_fen=1, issued_at=NOW, due_at=NOW
    )

    told = shown(envelope(fact, "b-1", NOW, "watch-of-chen:e-1"), fact, NAMES)

    assert "chen" not in json.dumps(told)


def test_later_facts_have_later_names() -> None:
    early, late = (envelope(TELLING[0], "e", NOW.replace(year=year)) for year in (2026, 2027))
    assert delivery_of(early) < delivery_of(late)


@given(st.sets(st.sampled_from(Role)), st.sets(st.sampled_from(NAMES), min_size=1))
def test_nobody_gives_what_they_do_not_have(roles: set[Role], wanted: set[str]) -> None:
    lacks = [name for name in wanted if not PERMISSIONS[name].allows(roles)]
    assert sorted(beyond(wanted, roles)) == sorted(lacks)
    assert may_answer_for(wanted, roles) == (Role.MANAGER in roles and not lacks)
    fact = next(each for each in sorted(BY_TYPE) if OFFERS[BY_TYPE[each]].permission.name in NAMES)
    one = terms([fact], [*wanted])
    if lacks:
        with pytest.raises(Forbidden):
            check(one, roles)
    elif lacking(one):
        with pytest.raises(InvalidRequest):
            check(one, roles)
    else:
        check(one, roles)


def test_a_permission_that_is_not_known_any_more_is_nobodys() -> None:
    assert beyond(["gates:dream"], {*Role}) == ["gates:dream"]
