import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from functions.directory.community.domain import changed, fact, new
from functions.directory.community.models import Community, CommunityCreated, CommunityPatch
from linli.errors import Conflict

NAMES = st.none() | st.sampled_from(["Willow", "Willow Court", "柳苑"])
WILLOW = new(
    "acme",
    CommunityCreated(community="willow", name="Willow", time_zone="Asia/Shanghai", sub_district="riverside"),
)


@given(NAMES, st.none() | st.sampled_from(["riverside", "hillside"]), st.integers(1, 50))
def test_a_change_of_the_standing_version_gives_the_next(
    name: str | None, sub_district: str | None, version: int
) -> None:
    standing = WILLOW.model_copy(update={"version": version})

    after = changed(standing, CommunityPatch(version=version, name=name, sub_district=sub_district))

    assert after.version == version + 1
    assert after.name == (name or standing.name)
    assert after.sub_district == (sub_district or standing.sub_district)
    assert fact(after).version == after.version


@pytest.mark.parametrize("written", ["028-8555 0101", "+86 28 85550101", "(028)85550101"])
def test_the_offices_phone_is_kept_in_one_spelling_and_stays_until_it_changes(written: str) -> None:
    told = changed(WILLOW, CommunityPatch.model_validate({"version": 1, "office_phone": written}))

    assert told.office_phone == "+862885550101"
    assert changed(told, CommunityPatch(version=2, name="Mine")).office_phone == "+862885550101"


@given(NAMES, st.integers(1, 50))
def test_the_same_change_again_changes_nothing(name: str | None, version: int) -> None:
    patch = CommunityPatch(version=version, name=name)
    once = changed(WILLOW.model_copy(update={"version": version}), patch)

    assert changed(once, patch) == once


@given(st.integers(1, 50), st.integers(1, 50))
def test_another_change_of_an_old_version_is_refused_(based_on: int, standing: int) -> None:
    community = WILLOW.model_copy(update={"version": standing, "name": "Somebody else's"})
    patch = CommunityPatch(version=based_on, name="Mine")

    if based_on == standing:
        assert changed(community, patch).name == "Mine"
    else:
        with pytest.raises(Conflict) as refused:
            changed(community, patch)
        assert refused.value.extensions == {"version": standing}


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Asia", "asia/shanghai", "UTC+8"])
def test_a_time_zone_is_one_of_ianas(name: str) -> None:
    with pytest.raises(ValidationError):
        CommunityPatch(version=1, time_zone=name)


def test_a_community_shows_all_its_particulars() -> None:
    assert set(Community.model_fields) == set(WILLOW.model_dump())
