"""What becomes of an item by what its kind declares."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.personal.fates import NOBODY, Fate, gone_with, kept, last_word, unnamed
from linli.personal.items import Item, Whose, change_of, exported, is_here, mentions, rewritten, stays
from linli.personal.traces import Finder, key_of, traces_of

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
KEY = key_of("a secret of the stage", "request-1")
FINDER = Finder(KEY, traces_of(KEY, ["兰芳芳"], ["+8613800138777"]))
LAN = Whose("willow", "willow-resident-1", "gone-request-1", FINDER)
TEXTS = st.sampled_from(
    ["兰芳芳", "138 0013 8777", "willow-resident-1", "willow-resident-12", "by-willow-resident-1", "", "tap"]
)
VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.none(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=8,
)


def item(**attributes: Any) -> Item:
    keys: dict[str, Any] = {"pk": "willow#tickets", "sk": "t-1", "kind": "ticket"}
    return {name: typed(value) for name, value in (keys | attributes).items()}


def typed(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"S": json.dumps(value, ensure_ascii=False)}
    if isinstance(value, set):
        return {"SS": sorted(value)}
    if isinstance(value, list):
        return {"L": [typed(each) for each in value]}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


@given(st.dictionaries(st.sampled_from(["note", "by", "phone", "people", "told"]), VALUES, max_size=4))
def test_what_is_rewritten_names_nobody_and_stays_so(document: dict[str, Any]) -> None:
    once = rewritten(item(thing=document), LAN, ids=True)
    again = rewritten(once, LAN, ids=True)

    text = json.dumps(once, ensure_ascii=False)
    assert "兰芳芳" not in text
    assert "8777" not in text
    assert "willow-resident-1" not in text.replace("willow-resident-12", "")
    assert again == once


def test_what_does_not_mention_them_is_the_same_to_the_letter() -> None:
    before = item(thing='{"a":  1.10}', note="the tap drips", people={"willow-resident-2"})

    assert rewritten(before, LAN, ids=True) == before
    assert not mentions(before, LAN)


@pytest.mark.parametrize(
    ("fate", "deed"),
    [
        (gone_with("person"), "gone"),
        (unnamed("person"), "unnamed"),
        (last_word("person"), "emptied"),
        (kept("gate_record", "person"), "unnamed"),
        (kept("accounting", "person", whole=True), None),
        (NOBODY, None),
    ],
)
def test_a_row_of_theirs_ends_as_its_kind_says(fate: Fate, deed: str | None) -> None:
    change = change_of(fate, {"person": LAN.person}, item(note="兰芳芳", version=3), LAN, NOW)

    assert (change.deed if change else None) == deed


def test_a_row_of_somebody_else_stays_and_mentions_nobody() -> None:
    change = change_of(gone_with("person"), {"person": "q"}, item(note="兰芳芳 was there"), LAN, NOW)

    assert change is not None
    assert change.after is not None
    assert change.after["note"] == {"S": "*** was there"}


def test_whom_to_call_for_somebody_else_stays_in_their_watch() -> None:
    fate, parts = gone_with("person", others="life_and_health"), {"person": "q"}
    watch = item(watch={"contacts": [{"name": "兰芳芳", "phone": "+8613800138777"}]})

    assert change_of(fate, parts, watch, LAN, NOW) is None
    assert stays(fate, parts, watch, LAN) == "life_and_health"


def test_nothing_stays_of_an_emptied_row_but_its_version_and_that_it_was_forgotten() -> None:
    fate = last_word("person", span=timedelta(days=30))
    change = change_of(fate, {"person": LAN.person}, item(home="b1/101", version=3), LAN, NOW)

    assert change is not None
    assert change.after is not None
    assert change.after.keys() == {"pk", "sk", "kind", "version", "forgotten", "ttl"}
    assert change_of(fate, {"person": LAN.person}, change.after, LAN, NOW) is None


def test_what_was_kept_for_ever_is_kept_for_as_long_as_law_says() -> None:
    fate = kept("consent", "person", span=timedelta(days=3), whole=True)
    change = change_of(fate, {"person": LAN.person}, item(), LAN, NOW)

    assert change is not None
    assert change.after is not None
    assert change.after["ttl"] == {"N": str(int((NOW + timedelta(days=3)).timestamp()))}


def test_an_id_that_is_an_ordinary_word_is_replaced_only_where_people_stand() -> None:
    whose = Whose("willow", "101", "gone-request-1", FINDER)
    after = rewritten(item(thing={"unit": "101", "by": "101", "note": "room 101"}), whose, ids=True)

    assert json.loads(after["thing"]["S"]) == {"unit": "101", "by": "gone-request-1", "note": "room 101"}


def test_a_phone_in_a_field_for_phones_is_none_afterwards() -> None:
    after = rewritten(item(thing={"phone": "+8613800138777"}), LAN, ids=True)

    assert json.loads(after["thing"]["S"]) == {"phone": None}


def test_a_row_that_is_kept_under_their_id_moves() -> None:
    before = {**item(), "pk": {"S": "willow#reading#by-willow-resident-1"}}
    change = change_of(unnamed(), {}, before, LAN, NOW)

    assert change is not None
    assert change.moves


def test_a_copy_tells_nothing_of_others() -> None:
    watch = item(
        watch={
            "person": LAN.person,
            "phone": "+8613800138777",
            "contacts": [{"name": "Her daughter", "phone": "+8613800000002", "person": "willow-family-1"}],
            "caregiver": {"name": "Caregiver Wu", "person": "willow-caregiver-1"},
            "home": "b1/101",
        }
    )
    text = json.dumps(exported({"community": "willow", "person": LAN.person}, watch, LAN), ensure_ascii=False)

    assert "+8613800138777" in text
    assert "b1/101" in text
    assert not any(each in text for each in ("daughter", "0002", "family", "Wu", "caregiver-1"))


def test_a_row_of_another_community_is_not_looked_at() -> None:
    assert is_here({"community": "willow"}, item(), "willow")
    assert not is_here({"community": "maple"}, item(), "willow")
    assert is_here({"district": "riverside", "community": "willow"}, item(pk="riverside#fevers"), "willow")
