"""Who has moved, or gone, as the directory says: staff are asked, and no meter tells of them."""

from collections.abc import Callable
from itertools import permutations

from functions.care.calling.rows import AlertRow
from functions.care.tending.rows import DutyRow
from functions.care.watching.rows import StaffRow
from linli.events import Fact
from linli.vocabulary.directory import MembershipChanged, PlaceChanged
from tests.integration.gateway import NOW
from tests.integration.people import WILLOW_MANAGER, WILLOW_RESIDENT
from tests.integration.watching_over import (  # noqa: F401  the fixtures
    AT,
    COLD,
    GRAN,
    HOUR,
    MINUTE,
    Neighbourhood,
    neighbourhood,
    put,
    used,
    watched_over,
)


def lives_here(version: int, *roles: str, person: str = GRAN) -> Fact:
    return MembershipChanged(community="willow", person=person, roles=list(roles), version=version)


def test_who_has_moved_out_is_watched_over_until_staff_have_ended_it(willow: Neighbourhood) -> None:
    # When the directory takes somebody's last role away
    assert willow.fact("community", lives_here(2), lives_here(2)) == ["moved_out", "duplicate"]

    # Then staff are asked, and whoever is there after all is still noticed
    assert willow.duties() == [f"moved_out#{GRAN}"]
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.minute(NOW + COLD) == ["opened"]


def test_ending_the_watch_answers_the_question(willow: Neighbourhood) -> None:
    willow.fact("community", lives_here(2))
    assert willow.http(willow.app, "DELETE", AT, now=NOW, **WILLOW_MANAGER).status == 204
    assert willow.duties() == []
    assert willow.minute(NOW + 40 * HOUR) == []


def test_a_clerks_mistake_takes_the_question_back(willow: Neighbourhood) -> None:
    assert willow.fact("community", lives_here(2), lives_here(4, "resident"), lives_here(3)) == [
        "moved_out",
        "moved_in_again",
        "duplicate",
    ]
    assert willow.duties() == []
    assert willow.vigil().due_at is not None


def test_nobody_is_asked_about_those_who_are_not_watched_over(willow: Neighbourhood) -> None:
    assert willow.fact("community", lives_here(2, person="willow-resident-2")) == ["member_kept"]
    assert willow.duties() == []


def lives_in(home: str | None, version: int, *roles: str) -> Fact:
    roles = roles or ("resident",)
    return MembershipChanged(community="willow", person=GRAN, roles=list(roles), home=home, version=version)


def test_whoever_moves_within_the_community_is_asked_about_and_no_meter_tells_of_them(
    willow: Neighbourhood,
) -> None:
    # When the directory has somebody in another home than their watch
    moved = lives_in("b2/202", 2)
    assert willow.fact("community", moved, moved) == ["moved_home", "duplicate"]

    # Then staff are to set the watch up there, and the next tenant's water is no sign of theirs
    duty = DutyRow.get(*DutyRow.key("willow", "moved_home", GRAN))
    assert willow.duties() == [f"moved_home#{GRAN}"]
    assert all(each in duty.duty.words for each in ("b1/101", "b2/202", "meters do not count"))
    assert (duty.due_at, duty.place) == (None, duty.duty.place)
    due = willow.vigil().due_at
    assert willow.fact("sign_of_life", used("water", NOW)) == ["not_counted"]
    assert willow.vigil().due_at == due

    # What they have with them counts, and the deadline is watched as before
    assert willow.sensor("motion", NOW) == "moved"
    assert willow.minute(NOW + COLD) == ["opened"]


def test_the_next_tenants_water_answers_no_alert(willow: Neighbourhood) -> None:
    willow.fact("community", lives_in("b2/202", 2))
    willow.sensor("motion", NOW)
    willow.minute(NOW + COLD)
    assert willow.fact("sign_of_life", used("water", NOW + COLD + MINUTE)) == ["not_counted"]
    row = AlertRow.get(*AlertRow.key("willow", str(willow.vigil().open_alert)))
    assert row.alert.state == "open"


def test_a_watch_set_up_at_the_new_home_answers_the_question(willow: Neighbourhood) -> None:
    willow.fact("community", lives_in("b2/202", 2))
    assert put(willow, GRAN, pets=True).status == 200
    assert willow.duties() == [f"moved_home#{GRAN}"]
    willow.set_up(home="b2/202")
    assert willow.duties() == []
    assert willow.fact("sign_of_life", used("water", NOW, "b2/202")) == ["moved"]


def test_a_clerks_mistake_about_the_home_takes_the_question_back(willow: Neighbourhood) -> None:
    moved, back = lives_in("b2/202", 2), lives_in("b1/101", 4)
    assert willow.fact("community", moved, back, lives_in("b2/202", 3)) == [
        "moved_home", "home_agrees", "duplicate",
    ]  # fmt: skip
    assert willow.duties() == []
    assert willow.fact("sign_of_life", used("water", NOW)) == ["moved"]


def test_a_second_home_is_no_move_and_a_watch_in_either_is_right(willow: Neighbourhood) -> None:
    both = ["b2/202", "b1/101"]
    second = MembershipChanged(community="willow", person=GRAN, roles=["resident"], homes=both, version=2)
    assert willow.fact("community", second) == ["member_kept"]
    assert willow.duties() == []
    assert willow.fact("sign_of_life", used("water", NOW)) == ["moved"]

    # When the one that is watched is given up
    left = MembershipChanged(
        community="willow", person=GRAN, roles=["resident"], homes=["b2/202", "b3/303"], version=3
    )
    assert willow.fact("community", left) == ["moved_home"]
    words = DutyRow.get(*DutyRow.key("willow", "moved_home", GRAN)).duty.words
    assert "lives in b2/202 and b3/303" in words
    assert willow.fact("sign_of_life", used("water", NOW)) == ["not_counted"]


def place(name: str, version: int, unit: str | None = None) -> Fact:
    return PlaceChanged(community="willow", building="b1", unit=unit, name=name, version=version)


def test_staff_are_shown_what_people_call_a_home(willow: Neighbourhood) -> None:
    def shown() -> list[str | None]:
        lists = (
            willow.http(willow.app, "GET", f"/communities/willow/{each}", **WILLOW_MANAGER).body["items"]
            for each in ("watches", "rounds")
        )
        return [each.get("home_name") for items in lists for each in items if each["person"] == GRAN]

    assert shown() == [None, None]

    assert willow.fact("community", place("3号楼", 2), place("Building 1", 1)) == ["place_kept", "duplicate"]
    assert shown() == ["3号楼 101", "3号楼 101"]

    willow.fact("community", place("2单元101", 1, "101"))
    assert shown() == ["3号楼 2单元101", "3号楼 2单元101"]
    seen = willow.http(willow.app, "GET", f"/communities/willow/relatives/{GRAN}", **WILLOW_RESIDENT).body
    assert seen["home_name"] == "3号楼 2单元101"


def test_a_home_that_is_taken_away_in_so_many_words_is_gone(willow: Neighbourhood) -> None:
    facts = lives_in("b2/202", 2), lives_in(None, 3, "resident", "family"), lives_in("b3/303", 4)
    assert willow.fact("community", *facts) == ["moved_home", "home_agrees", "moved_home"]
    assert "b3/303" in DutyRow.get(*DutyRow.key("willow", "moved_home", GRAN)).duty.words


def test_who_has_moved_and_then_gone_is_the_same_in_whatever_order_that_is_told(
    willow: Neighbourhood,
) -> None:
    facts = [
        MembershipChanged(community="willow", person=GRAN, roles=["resident"], home="b2/202", version=2),
        MembershipChanged(community="willow", person=GRAN, roles=["resident"], home="b3/303", version=3),
        MembershipChanged(community="willow", person=GRAN, roles=[], version=4),
    ]
    for order in permutations(facts):
        willow.fact("community", *order, *order)
        row = StaffRow.get(*StaffRow.key("willow", GRAN), consistent_read=True)
        assert (row.home, row.roles, row.version, row.home_version) == ("b3/303", None, 4, 3)
        assert willow.duties() == [f"moved_out#{GRAN}"], "nobody is asked where somebody lives who has gone"
        row.delete()
        for duty in DutyRow.query("willow#duties"):
            duty.delete()


def test_an_older_home_told_late_does_not_ask_again_whether_somebody_has_gone(willow: Neighbourhood) -> None:
    gone = MembershipChanged(community="willow", person=GRAN, roles=[], version=4)
    willow.fact("community", gone)
    since = DutyRow.get(*DutyRow.key("willow", "moved_out", GRAN)).duty.since.isoformat()
    path = f"/communities/willow/duties/moved-out/{GRAN}/settlement"
    body = {"note": "she stays until spring", "since": since}
    assert willow.http(willow.app, "POST", path, body=body, **WILLOW_MANAGER).status == 204
    assert willow.fact("community", lives_in("b2/202", 2)) == ["member_kept"]
    assert willow.duties() == []


def test_a_watch_of_somebody_whom_the_directory_has_elsewhere_is_asked_about(willow: Neighbourhood) -> None:
    assert willow.http(willow.app, "DELETE", AT, **WILLOW_MANAGER).status == 204
    assert willow.fact("community", lives_in("b2/202", 2)) == ["member_kept"]
    willow.set_up()
    assert willow.duties() == [f"moved_home#{GRAN}"]
    assert willow.http(willow.app, "DELETE", AT, **WILLOW_MANAGER).status == 204
    assert willow.duties() == []


def test_a_move_that_is_told_while_the_watch_is_set_up_is_asked_about_as_it_ends(
    willow: Neighbourhood, meanwhile: Callable[[str, Callable[[], object]], None]
) -> None:
    # The directory tells of a move while staff enter it
    outcomes: list[str] = []
    meanwhile("TransactWriteItems", lambda: outcomes.extend(willow.fact("community", lives_in("b2/202", 2))))
    willow.set_up(home="b2/202")
    assert (outcomes, willow.duties()) == (["moved_home"], [])

    # And staff enter another while the directory tells of it
    meanwhile("TransactWriteItems", lambda: willow.set_up(home="b3/303"))
    assert willow.fact("community", lives_in("b3/303", 3)) == ["home_agrees"]
    assert willow.duties() == []
